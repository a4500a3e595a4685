package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One kind of background work, by name: how often it has failed, why, since when, and whether it still moves. The first
 * failure is a WARNING with its reason, the following ones are said once a minute, and when the work succeeds again
 * that is said as well. None of its methods throws, whatever the state of the process: they are called where a failure
 * is being handled already.
 */
public final class Task implements AutoCloseable {
    private static final Set<Task> ALL = ConcurrentHashMap.newKeySet();
    private static final Set<Consumer<String>> LISTENERS = ConcurrentHashMap.newKeySet();
    private static final long REMIND_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final System.Logger logger;
    private final String prefix;
    private final AtomicLong failures = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Trouble trouble;
    private volatile long movedAt = System.nanoTime();
    // of a loop: whether its thread is there
    private volatile @Nullable BooleanSupplier alive;
    private boolean said;
    private long saidAt;

    /**
     * Failures without a success between them.
     *
     * @param first
     *            time of the first
     * @param last
     *            time of the last
     * @param count
     *            how many
     * @param reason
     *            of the last, in words
     */
    private record Trouble(long first, long last, long count, String reason) {
        Trouble again(long now, String why) {
            return new Trouble(first, now, count + 1, why);
        }
    }

    private Task(System.Logger logger, String prefix, String name) {
        this.logger = logger;
        this.prefix = prefix;
        this.name = name;
    }

    /**
     * A task that is known from now on.
     *
     * @param logger
     *            where its failures are said
     * @param prefix
     *            how such a line begins
     * @param name
     *            lower case, with hyphens: a value of a metric's label, and part of the line
     *
     * @return the task, to be closed when there is no such work any more
     */
    public static Task of(System.Logger logger, String prefix, String name) {
        Task task = new Task(logger, prefix, name);
        ALL.add(task);
        LISTENERS.forEach(listener -> listener.accept(name));
        return task;
    }

    /**
     * Tells of the names of all tasks, those that come later too. Several tasks may have the same name.
     *
     * @param listener
     *            is told on the thread that makes the task
     *
     * @return ends it
     */
    public static Runnable names(Consumer<String> listener) {
        LISTENERS.add(listener);
        ALL.forEach(task -> listener.accept(task.name));
        return () -> LISTENERS.remove(listener);
    }

    /**
     * Counts the failures of all tasks of one name.
     *
     * @param name
     *            which
     *
     * @return failures since the start
     */
    public static long failures(String name) {
        return ALL.stream().filter(task -> task.name.equals(name)).mapToLong(Task::failures).sum();
    }

    /** {@return the tasks of this process that are not closed} */
    public static List<Task> all() {
        return List.copyOf(ALL);
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return failures since the start} */
    public long failures() {
        return failures.get();
    }

    /** It is still under way: long work that waits for others says so before its allowed time is over. */
    public void moved() {
        movedAt = System.nanoTime();
    }

    /** It has done something, as it should. */
    public void succeeded() {
        if (alive != null) {
            moved();
        }
        if (trouble == null) {
            return;
        }
        try {
            mended();
        } catch (Throwable _) {
            // no memory to say so; it counts as mended all the same
            trouble = null;
        }
    }

    /**
     * It has failed, and will be tried again.
     *
     * @param failure
     *            why
     */
    public void failed(Throwable failure) {
        failures.incrementAndGet();
        try {
            boolean known = SqlState.cause(failure).isPresent();
            report(Reason.of(failure), known ? null : failure);
        } catch (Throwable _) {
            // no memory to say so: the count is what is left, and the next failure is said
        }
    }

    /**
     * It has failed, and will be tried again.
     *
     * @param reason
     *            why, in words that may be logged
     */
    public void failed(String reason) {
        failures.incrementAndGet();
        try {
            report(reason, null);
        } catch (Throwable _) {
            // as above
        }
    }

    /**
     * It has failed, and whoever calls has said so.
     *
     * @param reason
     *            why, in words that may be shown to operators
     */
    public void noted(String reason) {
        failures.incrementAndGet();
        try {
            count(reason, System.nanoTime());
        } catch (Throwable _) {
            // as above
        }
    }

    private void count(String reason, long now) {
        lock.lock();
        try {
            trouble = trouble == null ? new Trouble(now, now, 1, reason) : trouble.again(now, reason);
        } finally {
            lock.unlock();
        }
    }

    private void report(String reason, @Nullable Throwable stack) {
        lock.lock();
        try {
            long now = System.nanoTime();
            count(reason, now);
            // what fails and succeeds in turn is not said more often than what only fails
            boolean due = saidAt == 0 || now - saidAt >= REMIND_NANOS;
            String line = prefix + " " + name + " fails: " + reason;
            if (due) {
                saidAt = now;
                said = true;
                logger.log(System.Logger.Level.WARNING, line, stack);
            } else {
                logger.log(System.Logger.Level.DEBUG, line, stack);
            }
        } finally {
            lock.unlock();
        }
    }

    private void mended() {
        lock.lock();
        try {
            Trouble over = trouble;
            trouble = null;
            if (over == null || !said) {
                return;
            }
            said = false;
            logger.log(System.Logger.Level.INFO, "{0} {1} works again, after {2} failures in {3} s", prefix, name,
                    Long.toString(over.count()),
                    Long.toString(TimeUnit.NANOSECONDS.toSeconds(over.last() - over.first())));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether it fails again and again.
     *
     * @param lasting
     *            so long at least from the first failure to the latest one, without a success between them
     *
     * @return why it fails; empty if it does not, or not for so long
     */
    public Optional<String> failing(Duration lasting) {
        return Optional.ofNullable(trouble).filter(now -> now.last() - now.first() >= lasting.toNanos())
                .map(Trouble::reason);
    }

    /**
     * Whether this is a loop that no longer moves.
     *
     * @param allowed
     *            longest time between two steps
     *
     * @return true if its thread is gone, or has not moved for longer
     */
    public boolean stuck(Duration allowed) {
        BooleanSupplier thread = alive;
        return thread != null && (!thread.getAsBoolean() || System.nanoTime() - movedAt > allowed.toNanos());
    }

    /** From now on it is a loop, and has to move. */
    void watch(BooleanSupplier threadAlive) {
        moved();
        alive = threadAlive;
    }

    /** There is no such work any more. */
    @Override
    public void close() {
        ALL.remove(this);
    }
}
