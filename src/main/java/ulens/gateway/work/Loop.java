package ulens.gateway.work;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a step again and again on a thread of its own, until it is closed. Whatever the step throws is counted and
 * logged by its {@link Task}, and after a pause that doubles from {@value #FIRST_PAUSE_MILLIS} ms to
 * {@value #LONGEST_PAUSE_MILLIS} ms the step runs again. So a step must leave its own state such that it can be
 * repeated. A step that has nothing to do waits for at most {@link #BEAT} and returns, which is how health knows that
 * the loop is not stuck; one that may rightly take longer calls {@link Task#moved()}.
 */
public final class Loop implements AutoCloseable {
    /** The longest wait of a step for something to do. */
    public static final Duration BEAT = Duration.ofSeconds(2);

    private static final int FIRST_PAUSE_MILLIS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 1_000;

    private final Task task;
    private final Step step;
    private final Backoff backoff;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ending = lock.newCondition();
    private volatile boolean closing;
    private volatile boolean cut;

    /** What a loop does each time. */
    @FunctionalInterface
    public interface Step {
        /**
         * Does it once.
         *
         * @return whether there is something left that must be done even if the loop is being closed: false is the end
         *         then, and until then makes no difference
         *
         * @throws Exception
         *             if it could not be done; it will be tried again, unless the loop is being closed
         */
        boolean again() throws Exception;
    }

    /** A step that is of the same kind each time. */
    @FunctionalInterface
    public interface Action {
        /**
         * Does it once.
         *
         * @throws Exception
         *             as with {@link Step#again()}
         */
        void run() throws Exception;
    }

    private Loop(Task task, Thread.Builder thread, Backoff backoff, Step step) {
        this.task = task;
        this.step = step;
        this.backoff = backoff;
        this.thread = thread.name(task.name()).unstarted(this::run);
    }

    /**
     * A loop on a virtual thread, not started yet.
     *
     * @param task
     *            its name; closed with the loop
     * @param step
     *            what it does
     *
     * @return the loop
     */
    public static Loop virtual(Task task, Step step) {
        return virtual(task, pauses(), step);
    }

    /**
     * A loop on a virtual thread whose pauses after failures are others, not started yet.
     *
     * @param task
     *            its name; closed with the loop
     * @param backoff
     *            the pauses; starts anew with each step that succeeds
     * @param step
     *            what it does
     *
     * @return the loop
     */
    public static Loop virtual(Task task, Backoff backoff, Step step) {
        return new Loop(task, Thread.ofVirtual(), backoff, step);
    }

    /**
     * A loop on a platform thread (a daemon), not started yet: for what must run also when the virtual ones are busy.
     *
     * @param task
     *            its name; closed with the loop
     * @param step
     *            what it does
     *
     * @return the loop
     */
    public static Loop platform(Task task, Step step) {
        return new Loop(task, Thread.ofPlatform().daemon(), pauses(), step);
    }

    /**
     * A loop on a virtual thread that waits between two times, not started yet. After a failure the wait is that of a
     * failed step.
     *
     * @param task
     *            its name; closed with the loop
     * @param interval
     *            the wait
     * @param action
     *            what it does
     *
     * @return the loop
     */
    public static Loop every(Task task, Duration interval, Action action) {
        return virtual(task, () -> {
            action.run();
            task.succeeded();
            long end = System.nanoTime() + interval.toNanos();
            for (long left = interval.toNanos(); left > 0; left = end - System.nanoTime()) {
                task.moved();
                TimeUnit.NANOSECONDS.sleep(Math.min(left, BEAT.toNanos()));
            }
            return false;
        });
    }

    static Backoff pauses() {
        return new Backoff(Duration.ofMillis(FIRST_PAUSE_MILLIS), Duration.ofMillis(LONGEST_PAUSE_MILLIS));
    }

    /**
     * Starts it.
     *
     * @return this
     */
    public Loop start() {
        lock.lock();
        try {
            if (!closing) {
                thread.start();
                task.watch(thread::isAlive);
            }
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** {@return its name and state} */
    public Task task() {
        return task;
    }

    /** {@return whether its end has been asked for} */
    public boolean closing() {
        return closing;
    }

    private void run() {
        boolean more = true;
        while (more) {
            try {
                more = once();
            } catch (Throwable _) {
                // what failed is the handling of a failure, as it does where there is no memory: go on
                more = !closing;
            }
            more &= !cut;
        }
        task.close();
    }

    private boolean once() {
        try {
            task.moved();
            boolean more = step.again();
            task.succeeded();
            backoff.reset();
            return more || !closing;
        } catch (InterruptedException _) {
            // nobody but the one that closes it has a reason to interrupt
            return !closing;
        } catch (Throwable failure) {
            if (closing) {
                return false;
            }
            task.failed(failure);
            pause();
            return true;
        }
    }

    private void pause() {
        long nanos = backoff.next().toNanos();
        lock.lock();
        try {
            while (!closing && nanos > 0) {
                nanos = ending.awaitNanos(nanos);
            }
        } catch (InterruptedException _) {
            // the next step comes a little sooner
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks it to end: the first step that returns false, or fails, is the last one. Does not interrupt and does not
     * wait.
     */
    public void end() {
        lock.lock();
        try {
            closing = true;
            ending.signalAll();
            if (thread.getState() == Thread.State.NEW) {
                task.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks it to end, waits for that, and interrupts it when the time is over.
     *
     * @param limit
     *            how long it may take
     *
     * @return whether it has ended by itself
     */
    public boolean close(Duration limit) {
        end();
        try {
            if (thread.getState() == Thread.State.NEW || thread.join(limit)) {
                return true;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        close();
        return false;
    }

    /** Ends it after the step that is under way, which is interrupted; does not wait. */
    @Override
    public void close() {
        cut = true;
        end();
        thread.interrupt();
    }
}
