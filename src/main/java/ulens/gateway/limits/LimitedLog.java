package ulens.gateway.limits;

import ulens.gateway.work.Errand;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Logs lines of one kind that peers can cause, but no more than a person would read: 500 at once, then 50 per second.
 * The lines that are left out are counted, and the count is logged in one line within ten seconds.
 */
public final class LimitedLog {
    private static final Rate RATE = Rate.of(500, 50);
    private static final Duration SUMMARY = Duration.ofSeconds(10);

    private final System.Logger logger;
    private final String what;
    private final TokenBucket lines;
    private final Duration summary;
    private final Executor later;
    private final AtomicLong leftOut = new AtomicLong();
    private final AtomicBoolean due = new AtomicBoolean();

    /**
     * Creates a log of one kind of line.
     *
     * @param logger
     *            gets the lines
     * @param what
     *            the kind as it is named in the line about omitted lines, with its prefix:
     *            {@code [GATEWAY][WS] connected}
     */
    public LimitedLog(System.Logger logger, String what) {
        this(logger, what, RATE, SUMMARY, System::nanoTime);
    }

    LimitedLog(System.Logger logger, String what, Rate rate, Duration summary, LongSupplier clock) {
        this.logger = logger;
        this.what = what;
        this.lines = new TokenBucket(rate, clock);
        this.summary = summary;
        this.later = CompletableFuture.delayedExecutor(summary.toMillis(), TimeUnit.MILLISECONDS,
                work -> Errand.run("limited-log", work, _ -> {
                    // the next line that is left out schedules another summary
                }));
    }

    /**
     * Writes a line, or counts it.
     *
     * @param level
     *            the level
     * @param format
     *            a format as for {@link System.Logger#log(System.Logger.Level, String, Object...)}
     * @param arguments
     *            the arguments of the format
     */
    public void log(System.Logger.Level level, String format, Object... arguments) {
        if (!logger.isLoggable(level)) {
            return;
        }
        if (lines.take() == 0) {
            logger.log(level, format, arguments);
            return;
        }
        leftOut.incrementAndGet();
        if (due.compareAndSet(false, true)) {
            later.execute(() -> sum(level));
        }
    }

    private void sum(System.Logger.Level level) {
        // first, so that a line that is left out from here on schedules a summary of its own
        due.set(false);
        long count = leftOut.getAndSet(0);
        if (count > 0) {
            logger.log(level, "{0}: and {1} more in the last {2} s", what, Long.toString(count),
                    Long.toString(summary.toSeconds()));
        }
    }
}
