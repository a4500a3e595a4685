package ulens.gateway.auth;

import java.time.Instant;
import java.util.Optional;

/** The result of checking a token. */
public sealed interface Verdict {
    /**
     * The token is valid and names a user.
     *
     * @param userId
     *            the user
     * @param expiresAt
     *            when the token expires, if it does
     */
    record Granted(String userId, Optional<Instant> expiresAt) implements Verdict {
    }

    /** The token is refused. */
    enum Denied implements Verdict {
        /** There is no token. */
        MISSING("Missing token"),
        /** It is not a token, not signed with our key, not yet valid, or names no user. */
        INVALID("Invalid token"),
        /** The token has expired. */
        EXPIRED("Token expired");

        private final String message;

        Denied(String message) {
            this.message = message;
        }

        /** {@return the message to the client} */
        public String message() {
            return message;
        }
    }
}
