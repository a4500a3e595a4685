package ulens.gateway.socketio;

/** Decides whether an event of a client is handled, before its handler is looked up. */
@FunctionalInterface
public interface EventGate {
    /**
     * Decides. Runs like an {@link EventHandler}.
     *
     * @param event
     *            the name of the event, which may have no handler
     * @param ack
     *            answers the client, if it asked for an answer
     *
     * @return false to ignore the event
     */
    boolean lets(String event, Ack ack);
}
