package ulens.gateway.engineio;

/** Makes the application's side of each new session. */
@FunctionalInterface
public interface SessionAcceptor {
    /**
     * Called when a session is opened; its open packet is queued, and messages may be sent from here on.
     *
     * @param session
     *            the session
     *
     * @return the listener for the session
     */
    SessionListener open(EngineSession session);
}
