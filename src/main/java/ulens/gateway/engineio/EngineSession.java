package ulens.gateway.engineio;

/**
 * One Engine.IO session: a peer that stays the same while its transport may change. All methods may be called from any
 * thread.
 */
public interface EngineSession {
    /** {@return the session id, 128 random bits as URL-safe text} */
    String id();

    /** {@return the HTTP request that opened the session} */
    Handshake handshake();

    /** {@return the transport in use now} */
    TransportName transport();

    /**
     * Queues messages, one after the other with none between. Never blocks: a writer of the session's own drains the
     * queue. A session whose queue passes its hard limit is closed.
     *
     * @param messages
     *            what to send, in order
     *
     * @return false if the session is closed; true promises nothing but an attempt
     */
    boolean send(EngineMessage... messages);

    /** {@return whether less is queued than the soft limit; who has a choice sends only then} */
    boolean hasRoom();

    /**
     * Waits until {@link #hasRoom()} or the end of the session.
     *
     * @return true for room, false if the session is closed
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    boolean awaitRoom() throws InterruptedException;

    /**
     * Runs an action once the peer has proved that it received all that was sent before this call: it has answered a
     * ping that was written behind it. The action never runs if the session ends first. It must be quick.
     *
     * @param action
     *            what to run, on a thread of the session
     */
    void whenReceived(Runnable action);

    /** Writes what is queued, then closes the session and its transport. Returns at once. */
    void close();

    /** {@return whether the session is closed or closing} */
    boolean isClosed();
}
