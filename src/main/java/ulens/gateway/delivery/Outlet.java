package ulens.gateway.delivery;

import java.util.List;

/**
 * Where a cursor writes to: one socket.
 *
 * @param <M>
 *            an encoded row
 */
public interface Outlet<M> {
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
     * The rows up to the head at the subscription have been pushed.
     *
     * @param replayed
     *            how many rows that were
     * @param unread
     *            the user's unread count then
     * @param position
     *            the last seq that the socket has been handed
     */
    void synced(long replayed, long unread, long position);

    /**
     * The subscription has seen the stream: what it holds, before anything is pushed.
     *
     * @param unread
     *            the user's unread count
     */
    void subscribed(long unread);
}
