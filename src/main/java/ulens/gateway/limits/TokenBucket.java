package ulens.gateway.limits;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens that fills up at a steady rate. A caller that gets a token may go on; an empty bucket tells how
 * long to wait.
 * <p>
 * Its state is one number: the moment at which the bucket will be full again if no more tokens are taken. Each token
 * moves that moment one interval into the future, and a token may be taken as long as the moment stays within the time
 * to fill the whole bucket from now. So a refused caller loses nothing by asking, and a full bucket equals a new one.
 * <p>
 * Thread-safe, without locks.
 */
public final class TokenBucket {
    private final Rate rate;
    private final LongSupplier clock;
    private final AtomicLong fullAt;

    /**
     * Creates a full bucket.
     *
     * @param rate
     *            how many tokens the bucket holds, and how fast they come back
     * @param clock
     *            the time in nanoseconds, such as {@link System#nanoTime()}
     */
    public TokenBucket(Rate rate, LongSupplier clock) {
        this.rate = rate;
        this.clock = clock;
        this.fullAt = new AtomicLong(clock.getAsLong());
    }

    /**
     * Takes a token if there is one.
     *
     * @return 0 if a token was taken; otherwise the nanoseconds until there is one
     */
    public long take() {
        if (rate.unlimited()) {
            return 0;
        }
        while (true) {
            long now = clock.getAsLong();
            long seen = fullAt.get();
            long next = (seen - now > 0 ? seen : now) + rate.interval();
            long wait = wait(next, now);
            if (wait > 0) {
                return wait;
            }
            if (fullAt.compareAndSet(seen, next)) {
                return 0;
            }
        }
    }

    /** {@return the result that {@link #take()} would have, without taking a token} */
    public long look() {
        long now = clock.getAsLong();
        long seen = fullAt.get();
        return rate.unlimited() ? 0 : Math.max(0, wait((seen - now > 0 ? seen : now) + rate.interval(), now));
    }

    private long wait(long next, long now) {
        return next - now - rate.burst() * rate.interval();
    }

    boolean full() {
        return fullAt.get() - clock.getAsLong() <= 0;
    }
}
