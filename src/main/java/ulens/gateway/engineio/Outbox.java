package ulens.gateway.engineio;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/**
 * The packets of one session that no transport has taken yet. Guarded by the session's lock, but for {@link #cost()}.
 */
final class Outbox {
    private final ReentrantLock lock;
    private ArrayDeque<Packet> queue;
    private Condition less;
    private long movedAt;
    private volatile int cost;

    Outbox(ReentrantLock lock) {
        this.lock = lock;
    }

    void add(Packet packet) {
        if (queue == null) {
            queue = new ArrayDeque<>(4);
            movedAt = System.nanoTime();
        }
        queue.add(packet);
        setCost(cost + packet.cost());
    }

    // Only under the session's lock; the field is volatile for readers without it.
    private void setCost(int sum) {
        cost = sum < 0 ? Integer.MAX_VALUE : sum;
    }

    /** {@return what is queued, in bytes} */
    int cost() {
        return cost;
    }

    /** {@return when it last began to fill or was last taken from} */
    long movedAt() {
        return movedAt;
    }

    boolean isEmpty() {
        return queue == null;
    }

    /** {@return the oldest packets that fit the limit, at least one if there is any} */
    List<Packet> take(int limit, ToIntFunction<Packet> size) {
        if (queue == null) {
            return List.of();
        }
        List<Packet> taken = new ArrayList<>(Math.min(queue.size(), 64));
        long total = 0;
        while (!queue.isEmpty()) {
            total += size.applyAsInt(queue.peek());
            if (total > limit && !taken.isEmpty()) {
                break;
            }
            Packet packet = queue.poll();
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

    void clear() {
        queue = null;
        cost = 0;
        signal();
    }

    /** Waits until a condition holds, looked at again after each change here. */
    void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (less == null) {
                less = lock.newCondition();
            }
            less.await();
        }
    }

    /** Something that waiters look at has changed. */
    void signal() {
        if (less != null) {
            less.signalAll();
        }
    }
}
