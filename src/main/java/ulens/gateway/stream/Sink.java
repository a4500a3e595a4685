package ulens.gateway.stream;

import java.util.List;

/**
 * Where a cursor writes to: one socket.
 *
 * @param <M>
 *            an encoded row
 */
public interface Sink<M> {
    /** {@return whether the socket takes more rows now} */
    boolean hasRoom();

    /**
     * Waits until the socket takes more rows.
     *
     * @return false if the socket is closed
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    boolean awaitRoom() throws InterruptedException;

    /**
     * Queues rows. Must not block.
     *
     * @param rows
     *            what to send, in this order
     */
    void push(List<M> rows);

    /**
     * Runs an action once the peer has proved receipt of all that was pushed before.
     *
     * @param action
     *            must be quick
     */
    void whenReceived(Runnable action);

    /**
     * Nothing more follows for now: a proof that was put off, so that it covers what follows as well, is asked for now.
     */
    void hurryProof();

    /**
     * Cuts the connection without a word, so that the client comes back. For what can't go on and must not be stuck.
     */
    void drop();

    /**
     * The rows up to the head at the subscription have been pushed.
     *
     * @param replayed
     *            how many rows that were
     * @param unread
     *            the user's unread count then
     * @param position
     *            where the socket is
     */
    void synced(long replayed, long unread, Position position);

    /**
     * The subscription has seen the stream: what it holds, before anything is pushed.
     *
     * @param unread
     *            the user's unread count
     */
    void subscribed(long unread);
}
