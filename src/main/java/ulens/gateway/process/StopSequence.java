package ulens.gateway.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The steps of a stop, one after the other, within one grace period. A step that hangs (a client that does not read, a
 * database that does not answer) is abandoned when its share is used up, and the next one begins: nothing is lost,
 * since the data is safe in the database or with the broker.
 */
public final class StopSequence {
    private static final System.Logger LOGGER = System.getLogger(StopSequence.class.getName());
    private static final Duration LEAST = Duration.ofMillis(100);

    private final List<Step> steps = new ArrayList<>();

    private record Step(String name, UnaryOperator<Duration> limit, Consumer<Duration> action) {
    }

    /** Creates a sequence without steps. */
    public StopSequence() {
        // steps are added one by one
    }

    /**
     * Adds a step.
     *
     * @param name
     *            name of the step, for the log
     * @param share
     *            the part of the time left that it may use, above 0 up to 1
     * @param action
     *            the step; gets the time that it may take
     *
     * @return this sequence
     */
    public StopSequence then(String name, double share, Consumer<Duration> action) {
        steps.add(new Step(name, left -> Duration.ofNanos((long) (left.toNanos() * share)), action));
        return this;
    }

    /**
     * Adds a step that has a time of its own, whatever is left for the others.
     *
     * @param name
     *            name of the step, for the log
     * @param most
     *            the time after which it is abandoned; less if less is left
     * @param action
     *            the step
     *
     * @return this sequence
     */
    public StopSequence then(String name, Duration most, Runnable action) {
        steps.add(new Step(name, left -> left.compareTo(most) < 0 ? left : most, _ -> action.run()));
        return this;
    }

    /**
     * Runs the steps.
     *
     * @param grace
     *            the longest time that all steps may take together
     */
    public void run(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        for (Step step : steps) {
            take(step, step.limit().apply(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
        }
    }

    private static void take(Step step, Duration limit) {
        Duration given = limit.compareTo(LEAST) < 0 ? LEAST : limit;
        Thread thread = Thread.ofPlatform().daemon().name("stop-" + step.name())
                .start(() -> run(step.name(), step.action(), given));
        try {
            if (!thread.join(given)) {
                LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] stopping: {0} takes too long and is left behind",
                        step.name());
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(String name, Consumer<Duration> action, Duration given) {
        try {
            action.accept(given);
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] stopping: " + name + " failed", failure);
        }
    }
}
