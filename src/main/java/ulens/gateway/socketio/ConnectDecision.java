package ulens.gateway.socketio;

import java.util.Objects;

import tools.jackson.databind.JsonNode;

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
     *            anything, for {@link Socket#attachment()}
     */
    record Accept(String sid, String pid, Object attachment) implements ConnectDecision {
        @Override
        public String toString() {
            return "Accept[" + sid + "]";
        }
    }

    /**
     * Nothing can be said now: the connection is closed without an answer, and a stock client tries again by itself.
     */
    record Drop() implements ConnectDecision {
    }

    /**
     * The client may not connect; it is told so with CONNECT_ERROR, and its connection stays open.
     *
     * @param message
     *            the client's {@code err.message}
     * @param data
     *            the client's {@code err.data}; null for none
     */
    record Refuse(String message, JsonNode data) implements ConnectDecision {
        public Refuse {
            Objects.requireNonNull(message, "message");
        }
    }

    /** {@return an acceptance with a random sid and nothing else} */
    static ConnectDecision accept() {
        return new Accept(null, null, null);
    }

    /**
     * A refusal without data.
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
