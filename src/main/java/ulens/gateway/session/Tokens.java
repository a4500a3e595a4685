package ulens.gateway.session;

import tools.jackson.databind.JsonNode;
import ulens.gateway.engineio.request.Handshake;

import java.util.Optional;

/** Finds the token of a handshake: {@code auth.token}, else {@code Authorization: Bearer}; never the query. */
final class Tokens {
    private static final String BEARER = "bearer ";

    private Tokens() {
    }

    static Optional<String> of(JsonNode auth, Handshake handshake) {
        JsonNode token = auth.get("token");
        if (token != null && !token.isNull()) {
            // a token that is not text counts as an invalid one, not as a missing one
            return Optional.of(token.isString() ? bare(token.stringValue()) : "{}");
        }
        return handshake.authorization().filter(Tokens::isBearer).map(Tokens::bare);
    }

    private static boolean isBearer(String value) {
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length());
    }

    private static String bare(String value) {
        return (isBearer(value) ? value.substring(BEARER.length()) : value).strip();
    }
}
