package ulens.gateway.socketio.packet;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Configures Jackson: standard JSON only, with a limited depth. */
public final class JsonFormat {
    private JsonFormat() {
    }

    /**
     * Makes the mapper that reads and writes payloads.
     *
     * @param maxDepth
     *            how deep a payload that is read may be nested, the outermost array or object counted
     *
     * @return the mapper, which is thread-safe
     */
    public static JsonMapper create(int maxDepth) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
                // A shared table of names would let one client fill it for all others.
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();
        return JsonMapper.builder(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    }
}
