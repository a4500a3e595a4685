package ulens.gateway.database;

import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;

/**
 * Tells whether the database answers. A loop asks it every second, and callers get the last result at once: a frozen
 * database blocks only this loop.
 */
public final class DatabasePulse implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    // the pool tries one connection after the other for longer than this, but a load balancer should move on early
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(2);

    private final Database database;
    private final long patience;
    private final Loop loop;
    private volatile boolean answered;
    private volatile long answeredAt = System.nanoTime();

    /**
     * Creates a pulse, which asks from {@link #start} on.
     *
     * @param database
     *            the database to ask
     * @param timeout
     *            longest wait of the pool for an answer; without an answer for this time, at most 2 s, the database
     *            counts as away
     */
    public DatabasePulse(Database database, Duration timeout) {
        this.database = database;
        this.patience = (timeout.compareTo(LONGEST_SILENCE) < 0 ? timeout : LONGEST_SILENCE).plus(INTERVAL).toNanos();
        this.loop = Loop.every(Task.of(System.getLogger(DatabasePulse.class.getName()), "[GATEWAY][DB]", "pulse"),
                INTERVAL, this::ask);
    }

    /**
     * Starts the loop.
     *
     * @return this pulse
     */
    public DatabasePulse start() {
        loop.start();
        return this;
    }

    private void ask() {
        // a failure is not logged here: every task that needs the database logs its own
        answered = database.answers(INTERVAL);
        if (answered) {
            answeredAt = System.nanoTime();
        }
    }

    /** {@return whether the database has answered the last question, not too long ago} */
    public boolean isThere() {
        return answered && System.nanoTime() - answeredAt <= patience;
    }

    @Override
    public void close() {
        loop.close();
    }
}
