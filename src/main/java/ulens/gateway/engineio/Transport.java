package ulens.gateway.engineio;

/** Carries a session. None of the methods blocks; all may be called while the session's lock is held. */
interface Transport {
    TransportName name();

    /** There is something to send, or the session is closing. */
    void wake();

    /**
     * The session has ended: tells the peer, and releases the session.
     *
     * @param closeCode
     *            the WebSocket close code that tells why
     *
     * @return whether the session must still be found by its id, until {@link #cut()}
     */
    boolean end(int closeCode);

    /** Sets whether the peer has been let in, so that its connection is kept when room is short. */
    void admitted(boolean in);

    /** Another transport works already: a waiting request is answered, so that the other one can take over. */
    void makeWay();

    /** Cuts all connections of the session that are still open after their time for an orderly end. */
    void cut();
}
