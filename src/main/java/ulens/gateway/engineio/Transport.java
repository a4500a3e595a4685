package ulens.gateway.engineio;

/** What carries a session. None of the methods blocks; all may be called while the session's lock is held. */
interface Transport {
    TransportName name();

    /** There is something to send, or the session is closing. */
    void wake();

    /**
     * The session has ended: say goodbye and let go.
     *
     * @param closeCode
     *            the WebSocket close code that tells why
     *
     * @return whether the session must still be found by its id, until {@link #cut()}
     */
    boolean end(int closeCode);

    /** Time for goodbyes is over: whatever still holds a connection of the session is broken off. */
    void cut();
}
