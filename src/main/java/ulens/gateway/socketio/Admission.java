package ulens.gateway.socketio;

/** Decides whether a client may connect to a namespace. */
@FunctionalInterface
public interface Admission {
    /**
     * Decides. Runs on a virtual thread and may block; other packets of the same connection wait meanwhile.
     *
     * @param request
     *            the namespace, the client's auth payload and its handshake
     *
     * @return the decision. After an acceptance the connection handlers and the disconnect handlers of the socket
     *         always run, even if the client left in between
     *
     * @throws Exception
     *             refuses with "Internal error"
     */
    ConnectDecision decide(ConnectRequest request) throws Exception;
}
