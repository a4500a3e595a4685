package ulens.gateway.engineio;

import ulens.gateway.engineio.inbound.InboundShare;
import ulens.gateway.engineio.request.Handshake;

/**
 * One Engine.IO session with a peer. It stays the same while its transport may change. All methods may be called from
 * any thread.
 */
public interface EngineSession {
    /** {@return the session id, 128 random bits as URL-safe text} */
    String id();

    /** {@return the HTTP request that opened the session} */
    Handshake handshake();

    /** {@return the transport in use now} */
    TransportName transport();

    /**
     * Queues messages in a row, with no other message between them. Never blocks: a writer of the session drains the
     * queue. A session whose queue passes its hard limit is closed.
     *
     * @param messages
     *            the messages, in order
     *
     * @return false if the session is closed; true does not mean that they will arrive
     */
    boolean send(EngineMessage... messages);

    /** {@return whether less is queued than the soft limit} A caller that can wait should send only then. */
    boolean hasRoom();

    /**
     * Waits until {@link #hasRoom()} or the end of the session.
     *
     * @return true if there is room, false if the session is closed
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    boolean awaitRoom() throws InterruptedException;

    /**
     * Runs an action once the peer has proved that it received everything that was sent before this call, by answering
     * a ping that was written behind it. The action never runs if the session ends first. It must be quick.
     *
     * @param action
     *            the action, which runs on a thread of the session
     */
    void whenReceived(Runnable action);

    /**
     * Asks at once for a proof of receipt that is put off so that it can cover more messages. Does nothing if there is
     * none. Meant for the end of a burst.
     */
    void hurryProof();

    /**
     * {@return the size limit and the memory of the peer's input} A peer is trusted with
     * {@link EngineConfig.Limits#maxPayload()} from the start; an application that does not trust it yet says so in
     * {@link SessionAcceptor#open}. One that is not trusted may not leave more unread than the soft limit of the queue,
     * either.
     */
    InboundShare inboundShare();

    /**
     * Says whether the application has let the peer in. A peer that is not in is the first to be ended when a new one
     * comes and there is no room. Every peer is in from the start; an application that has not admitted it yet says so
     * in {@link SessionAcceptor#open}.
     *
     * @param in
     *            whether it is let in
     */
    void admitted(boolean in);

    /** Ends the session at once; queued messages are dropped. */
    void end();

    /** Closes the session and its transport after the queued messages are written. Returns at once. */
    void close();

    /** {@return whether the session is closed or closing} */
    boolean isClosed();
}
