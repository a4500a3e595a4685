package ulens.gateway.recovery;

import tools.jackson.databind.JsonNode;

import java.util.Optional;
import java.util.function.Function;

/**
 * The rules of resumption: a client resumes if it names a subscribed session of its own user, and either has no row yet
 * or sends a position that is valid in the stream as it is now. All other clients start afresh, which loses nothing.
 */
final class Resumption {
    private static final int MOST_PID = 64;

    private Resumption() {
    }

    /**
     * Decides whether a client resumes.
     *
     * @param userId
     *            the user of the client
     * @param auth
     *            the client's auth payload, with {@code pid} and {@code offset}
     * @param sessions
     *            finds a session that may be resumed by its pid, and the head of its user's stream
     *
     * @return the resumed session; empty for a fresh start
     */
    static Optional<SessionStart> of(String userId, JsonNode auth, Function<String, Optional<StoredSession>> sessions) {
        JsonNode pid = auth.get("pid");
        JsonNode offset = auth.get("offset");
        if (pid == null || !pid.isString() || pid.stringValue().isEmpty() || pid.stringValue().length() > MOST_PID
                || pid.stringValue().indexOf('\0') >= 0) {
            return Optional.empty();
        }
        Optional<StoredSession> found = sessions.apply(pid.stringValue())
                .filter(one -> one.session().userId().equals(userId));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ClientSession session = found.get().session();
        if (!session.subscribed()) {
            // its subscribe may have been lost; after a fresh start it subscribes again
            return Optional.empty();
        }
        if (offset == null || offset.isNull()) {
            return Optional.of(new SessionStart(session.resumed(), true, Optional.empty(), 0));
        }
        // a position in another generation, or beyond the head, is invalid: the client starts afresh
        return Optional.of(offset).filter(JsonNode::isString)
                .flatMap(text -> Offset.parse(userId, text.stringValue(), found.get().head()))
                .map(position -> new SessionStart(session.resumed(position), true, Optional.of(position),
                        session.provedIn(position)));
    }
}
