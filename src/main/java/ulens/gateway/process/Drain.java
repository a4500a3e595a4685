package ulens.gateway.process;

import ulens.gateway.work.Pace;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The unhurried beginning of a stop. First the gateway only says that it takes no new clients, until the load balancer
 * has noticed: a client that is closed earlier would be sent back here. Then the clients are closed one by one. Who
 * asks for the stop once more ends both waits; what comes after them is done in order all the same.
 */
public final class Drain {
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch noticed = new CountDownLatch(1);
    private final CountDownLatch hurry = new CountDownLatch(1);

    /** Creates a drain that has not begun. */
    public Drain() {
        // begins later
    }

    /** {@return whether this call has begun the stop; false if it had begun before} */
    public boolean begin() {
        return !begun.getAndSet(true);
    }

    /** {@return whether the stop has begun} */
    public boolean hasBegun() {
        return begun.get();
    }

    /** Ends the wait for the load balancer, or does without it. For a process that no client can reach any more. */
    public void skip() {
        noticed.countDown();
    }

    /** Ends the wait for the load balancer, and closes at once the clients that are left. */
    public void hurry() {
        noticed.countDown();
        hurry.countDown();
    }

    /**
     * Waits until the load balancer should have noticed.
     *
     * @param time
     *            how long that takes
     */
    public void awaitNotice(Duration time) {
        try {
            noticed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return the pace at which clients are closed} */
    public Pace pace() {
        return Pace.unless(hurry);
    }
}
