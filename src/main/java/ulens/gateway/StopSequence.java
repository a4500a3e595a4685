package ulens.gateway;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The steps of a stop, one after the other, within one grace period. A step that hangs (a client that does not read, a
 * database that does not answer) is left behind when its share is used up, and the next one begins: what it was to save
 * is safe in the database or with the broker.
 */
final class StopSequence {
    private static final System.Logger LOGGER = System.getLogger(StopSequence.class.getName());
    private static final Duration LEAST = Duration.ofMillis(100);

    private final long end;

    StopSequence(Duration grace) {
        this.end = System.nanoTime() + grace.toNanos();
    }

    /**
     * Runs a step.
     *
     * @param name
     *            for the log
     * @param share
     *            the part of the time left that it may use, above 0 up to 1
     * @param step
     *            is told how long it may take
     *
     * @return this sequence
     */
    StopSequence step(String name, double share, Consumer<Duration> step) {
        Duration limit = Duration.ofNanos((long) (Math.max(0, end - System.nanoTime()) * share));
        Duration given = limit.compareTo(LEAST) < 0 ? LEAST : limit;
        Thread thread = Thread.ofPlatform().daemon().name("stop-" + name).start(() -> run(name, step, given));
        try {
            if (!thread.join(given)) {
                LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] stopping: {0} takes too long and is left behind",
                        name);
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return this;
    }

    private static void run(String name, Consumer<Duration> step, Duration given) {
        try {
            step.accept(given);
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] stopping: " + name + " failed", failure);
        }
    }
}
