package ulens.gateway.limits;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * A {@link TokenBucket} for each key, such as the network of an address or a user.
 * <p>
 * Memory is bounded: a full bucket equals a new one, so full buckets are dropped, at most once a second, when a new key
 * needs room or the table is larger than needed. If no bucket can be dropped, a new key is not limited: refusing it
 * would let the keys that fill the table keep everybody else out, and other limits bound the sum over all keys.
 */
public final class TokenBuckets {
    private static final int MOST = 50_000;
    private static final long SWEEP = TimeUnit.SECONDS.toNanos(1);

    private final Rate rate;
    private final LongSupplier clock;
    private final int most;
    private final ConcurrentHashMap<String, TokenBucket> buckets = new ConcurrentHashMap<>();
    private final AtomicLong swept;
    private final LongAdder refused = new LongAdder();

    /**
     * Creates an empty table, which holds at most 50,000 buckets.
     *
     * @param rate
     *            the rate of each bucket
     */
    public TokenBuckets(Rate rate) {
        this(rate, MOST, System::nanoTime);
    }

    TokenBuckets(Rate rate, int most, LongSupplier clock) {
        this.rate = rate;
        this.most = most;
        this.clock = clock;
        this.swept = new AtomicLong(clock.getAsLong());
    }

    /**
     * Takes a token from the bucket of a key if there is one.
     *
     * @param key
     *            the key
     *
     * @return 0 if a token was taken; otherwise the nanoseconds until there is one
     */
    public long take(String key) {
        if (rate.unlimited()) {
            return 0;
        }
        TokenBucket bucket = buckets.get(key);
        if (bucket == null) {
            sweepIfDue();
            if (buckets.size() >= most) {
                return 0;
            }
            bucket = buckets.computeIfAbsent(key, _ -> new TokenBucket(rate, clock));
        }
        long wait = bucket.take();
        if (wait > 0) {
            refused.increment();
        }
        return wait;
    }

    /** {@return the result that {@link #take} would have, without taking a token} */
    public long look(String key) {
        TokenBucket bucket = buckets.get(key);
        return bucket == null ? 0 : bucket.look();
    }

    private void sweepIfDue() {
        long last = swept.get();
        long now = clock.getAsLong();
        if (now - last >= SWEEP && swept.compareAndSet(last, now)) {
            // a token that is taken from a bucket at this moment may not be counted: the bucket was full, so this is
            // harmless
            buckets.values().removeIf(TokenBucket::full);
        }
    }

    /** {@return how many calls of {@link #take} were refused} */
    public long refused() {
        return refused.sum();
    }

    int size() {
        return buckets.size();
    }
}
