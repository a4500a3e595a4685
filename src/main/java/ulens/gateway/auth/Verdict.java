package ulens.gateway.auth;

import java.time.Instant;
import java.util.Optional;

/** What a token is worth. */
public sealed interface Verdict {
    /**
     * It names a user.
     *
     * @param userId
     *            the user
     * @param expiresAt
     *            until when, if it ends
     */
    record Granted(String userId, Optional<Instant> expiresAt) implements Verdict {
    }

    /** It does not. */
    enum Denied implements Verdict {
        /** There is none. */
        MISSING("Missing token"),
        /** It is not a token, not signed with our key, not yet valid, or names nobody. */
        INVALID("Invalid token"),
        /** Its time is over. */
        EXPIRED("Token expired");

        private final String message;

        Denied(String message) {
            this.message = message;
        }

        /** {@return what the client is told} */
        public String message() {
            return message;
        }
    }
}
