package ulens.gateway.intake;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The clock of intake, with its waits. In tests, time passes without waiting. */
interface IntakeClock {
    /** The real clock. */
    IntakeClock SYSTEM = new IntakeClock() {
    };

    /** {@return nanoseconds since an arbitrary moment} */
    default long now() {
        return System.nanoTime();
    }

    /** Waits. */
    default void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }

    /** Waits for a latch. Returns false if the time is over first. */
    default boolean await(CountDownLatch end, long nanos) throws InterruptedException {
        return end.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for an element. Returns null if the time is over first. */
    default <T> T poll(BlockingQueue<T> queue, long nanos) throws InterruptedException {
        return queue.poll(nanos, TimeUnit.NANOSECONDS);
    }
}
