package ulens.gateway.work;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs something once, later, one after the other on one platform thread. What runs must be quick; what was cancelled
 * leaves nothing behind. A failure is counted and logged by the timer's {@link Task} and harms nobody else.
 * <p>
 * For what comes about once per connection. Deadlines that move with every packet need a wheel instead: among 50,000,
 * moving one here costs 120 bytes and 1 to 2 µs, on a wheel no memory and a tenth of the time.
 */
public final class Timer implements AutoCloseable {
    private final Task task;
    private final ScheduledThreadPoolExecutor executor;

    /**
     * A timer.
     *
     * @param task
     *            its name; closed with the timer
     */
    public Timer(Task task) {
        this.task = task;
        this.executor = new ScheduledThreadPoolExecutor(1,
                work -> Thread.ofPlatform().name(task.name()).daemon().unstarted(work),
                // after the end no deadline can be due any more
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // A heartbeat like that of a loop. The executor replaces a thread that dies.
        task.watch(() -> true);
        executor.scheduleWithFixedDelay(task::moved, 0, Loop.BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Runs something once.
     *
     * @param delay
     *            when, from now
     * @param work
     *            what
     *
     * @return to cancel it
     */
    public Future<?> after(Duration delay, Runnable work) {
        return executor.schedule(() -> attempt(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void attempt(Runnable work) {
        try {
            work.run();
            task.succeeded();
        } catch (Throwable failure) {
            task.failed(failure);
        }
    }

    /** {@return how many wait} */
    public int waiting() {
        return executor.getQueue().size() - 1;
    }

    /** Ends it; what still waits is forgotten. */
    @Override
    public void close() {
        executor.shutdownNow();
        task.close();
    }
}
