package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import java.util.Objects;

/** The answer to a {@link ConnectRequest}. */
public sealed interface ConnectDecision {
    /**
     * The client may connect.
     *
     * @param sid
     *            id of the socket; null for a new random one
     * @param pid
     *            private id that the client sends back when it reconnects, for connection state recovery; null for none
     * @param attachment
     *            any object, returned by {@link Socket#attachment()}
     * @param stays
     *            false if the client is accepted only so that a connection handler can send it something and disconnect
     *            it; until then the limits for strangers apply
     */
    record Accept(@Nullable String sid, @Nullable String pid, @Nullable Object attachment, boolean stays)
            implements ConnectDecision {
        /** Accepts a client that stays. */
        public Accept(@Nullable String sid, @Nullable String pid, @Nullable Object attachment) {
            this(sid, pid, attachment, true);
        }

        @Override
        public String toString() {
            return "Accept[" + sid + "]";
        }
    }

    /**
     * No decision is possible now: the connection is closed without an answer, and a stock client tries again by
     * itself.
     */
    record Drop() implements ConnectDecision {
    }

    /**
     * The client may not connect; it gets a CONNECT_ERROR, and its connection stays open.
     *
     * @param message
     *            the client's {@code err.message}
     * @param data
     *            the client's {@code err.data}; null for none
     */
    record Refuse(String message, @Nullable JsonNode data) implements ConnectDecision {
        public Refuse {
            Objects.requireNonNull(message, "message");
        }
    }

    /**
     * The client may not connect; it gets a CONNECT_ERROR, and its connection is closed.
     *
     * @param message
     *            the client's {@code err.message}
     * @param data
     *            the client's {@code err.data}; null for none
     */
    record RefuseAndClose(String message, @Nullable JsonNode data) implements ConnectDecision {
        public RefuseAndClose {
            Objects.requireNonNull(message, "message");
        }
    }

    /** {@return an acceptance with a random sid and nothing else} */
    static ConnectDecision accept() {
        return new Accept(null, null, null);
    }

    /**
     * Makes a refusal without data.
     *
     * @param message
     *            the client's {@code err.message}
     *
     * @return the refusal
     */
    static ConnectDecision refuse(String message) {
        return new Refuse(message, null);
    }
}
