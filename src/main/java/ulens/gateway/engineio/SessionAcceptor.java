package ulens.gateway.engineio;

/** Makes the application's side of each new session. */
@FunctionalInterface
public interface SessionAcceptor {
    /**
     * A session has been opened; its open packet is on the way, and messages may be sent from here on.
     *
     * @param session
     *            the session
     *
     * @return who listens to it
     */
    SessionListener open(EngineSession session);
}
