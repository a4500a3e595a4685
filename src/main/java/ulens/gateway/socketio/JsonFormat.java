package ulens.gateway.socketio;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How JSON is read and written: the standard and nothing beside it, nested no deeper than allowed. */
final class JsonFormat {
    private JsonFormat() {
    }

    static JsonMapper create(int maxDepth) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
                // A shared table of names would let one client fill it for all others.
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();
        return JsonMapper.builder(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    }
}
