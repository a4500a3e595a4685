package ulens.gateway.engineio.packet;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * The packets of one session that no transport has taken yet. Guarded by the session's lock, except for
 * {@link #cost()}.
 */
public final class SendQueue {
    private final ReentrantLock lock;
    private final Overflow overflow;
    private @Nullable ArrayDeque<EnginePacket> queue;
    private @Nullable Condition less;
    private long movedAt;
    private volatile int cost;

    /**
     * Creates an empty queue.
     *
     * @param lock
     *            the session's lock
     * @param overflow
     *            bytes that all sessions of the server have queued beyond their soft limits
     */
    public SendQueue(ReentrantLock lock, Overflow overflow) {
        this.lock = lock;
        this.overflow = overflow;
    }

    /**
     * Adds a packet at the end.
     *
     * @param packet
     *            the packet
     */
    public void add(EnginePacket packet) {
        if (queue == null) {
            queue = new ArrayDeque<>(4);
            movedAt = System.nanoTime();
        }
        queue.add(packet);
        setCost(cost + packet.cost());
    }

    // Only under the session's lock; the field is volatile for readers without it.
    private void setCost(int sum) {
        int next = sum < 0 ? Integer.MAX_VALUE : sum;
        overflow.changed(cost, next);
        cost = next;
    }

    /** {@return bytes in the queue} */
    public int cost() {
        return cost;
    }

    /** {@return when the queue last began to fill or packets were last taken, as of System.nanoTime} */
    public long movedAt() {
        return movedAt;
    }

    /** {@return whether nothing is queued} */
    public boolean isEmpty() {
        return queue == null;
    }

    /**
     * Takes the oldest packets.
     *
     * @param limit
     *            most bytes in the encoding of the transport
     * @param size
     *            gives the encoded size of a packet
     *
     * @return those that fit the limit, at least one if there is any
     */
    public List<EnginePacket> take(int limit, ToIntFunction<EnginePacket> size) {
        if (queue == null) {
            return List.of();
        }
        List<EnginePacket> taken = new ArrayList<>(Math.min(queue.size(), 64));
        long total = 0;
        while (!queue.isEmpty()) {
            total += size.applyAsInt(queue.peek());
            if (total > limit && !taken.isEmpty()) {
                break;
            }
            EnginePacket packet = queue.poll();
            setCost(cost - packet.cost());
            taken.add(packet);
        }
        if (queue.isEmpty()) {
            queue = null;
        }
        movedAt = System.nanoTime();
        signal();
        return taken;
    }

    /** Drops all packets. */
    public void clear() {
        queue = null;
        setCost(0);
        signal();
    }

    /**
     * Waits until a condition holds.
     *
     * @param condition
     *            checked again after each change of the queue
     *
     * @throws InterruptedException
     *             if the calling thread is interrupted
     */
    public void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (less == null) {
                less = lock.newCondition();
            }
            less.await();
        }
    }

    /** Wakes waiters, since their condition may have changed. */
    public void signal() {
        if (less != null) {
            less.signalAll();
        }
    }
}
