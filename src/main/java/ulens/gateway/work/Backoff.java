package ulens.gateway.work;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pauses between attempts that fail: each twice the last, up to a longest one. It only says how long they are; the
 * caller does the waiting. {@link #next()} and {@link #reset()} may be called by several threads.
 */
public final class Backoff {
    private final long first;
    private final long longest;
    private final AtomicLong pause;
    private boolean up;
    private long upSince;

    /**
     * Pauses that begin with the first.
     *
     * @param first
     *            above 0
     * @param longest
     *            not below the first; equal to it: all pauses are the same
     */
    public Backoff(Duration first, Duration longest) {
        this.first = first.toNanos();
        this.longest = longest.toNanos();
        this.pause = new AtomicLong(this.first);
        if (this.first <= 0 || this.longest < this.first) {
            throw new IllegalArgumentException("pauses from " + first + " to " + longest);
        }
    }

    /** {@return the pause before the next attempt} */
    public Duration next() {
        return Duration.ofNanos(pause.getAndUpdate(last -> last > longest / 2 ? longest : last * 2));
    }

    /** An attempt has succeeded: the next pause is the first one. */
    public void reset() {
        pause.set(first);
    }

    /**
     * An attempt has succeeded, and what it has brought about may break again at once. By the thread that asks
     * {@link #next(long)} only.
     *
     * @param now
     *            nanoseconds, as of {@link System#nanoTime()}
     */
    public void succeeded(long now) {
        up = true;
        upSince = now;
    }

    /**
     * As {@link #next()}, after {@link #succeeded}. A success starts the pauses anew only if it has lasted for the
     * longest pause: what breaks again at once must not be tried again at once.
     *
     * @param now
     *            nanoseconds, as of {@link System#nanoTime()}
     *
     * @return the pause before the next attempt
     */
    public Duration next(long now) {
        if (up && now - upSince >= longest) {
            reset();
        }
        up = false;
        return next();
    }
}
