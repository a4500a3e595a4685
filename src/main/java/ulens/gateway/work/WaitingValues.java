package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * What waits for a {@link GroupWriter}, in order of arrival: one value a key, and those who want to know when all of it
 * is written. Any thread may add; one thread takes batches, and has at most one in hand. Everything here is done under
 * one lock.
 *
 * @param <K>
 *            what values belong to
 * @param <V>
 *            what is written for a key
 */
final class WaitingValues<K, V> {
    private final BinaryOperator<V> join;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private SequencedMap<K, V> values = new LinkedHashMap<>();
    private List<CompletableFuture<Void>> flushes = new ArrayList<>();
    private boolean inHand;
    private boolean ending;
    private boolean closed;

    /**
     * A batch in the hands of the writer.
     *
     * @param values
     *            in order of arrival, may be empty
     * @param flushes
     *            to be told when the batch is written; none, while more waits
     */
    record Taken<K, V>(SequencedMap<K, V> values, List<CompletableFuture<Void>> flushes) {
    }

    /** {@code join} makes one value of an older and a newer one of the same key. It runs under the lock. */
    WaitingValues(BinaryOperator<V> join) {
        this.join = join;
    }

    /** Adds a value, or forgets it with the one that waits, if at least {@code tooMany} keys wait. */
    boolean add(K key, V value, int tooMany) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (values.size() < tooMany || values.remove(key) == null) {
                values.merge(key, value, join);
            }
            arrived.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void withdraw(K key, V value) {
        lock.lock();
        try {
            if (values.get(key) == value) {
                values.remove(key);
            }
        } finally {
            lock.unlock();
        }
    }

    Map<K, V> takeAll() {
        lock.lock();
        try {
            Map<K, V> all = values;
            values = new LinkedHashMap<>();
            return all;
        } finally {
            lock.unlock();
        }
    }

    CompletableFuture<Void> flush() {
        lock.lock();
        try {
            if (values.isEmpty() && !inHand) {
                return CompletableFuture.completedFuture(null);
            }
            if (closed) {
                return CompletableFuture.failedFuture(ended());
            }
            CompletableFuture<Void> flush = new CompletableFuture<>();
            flushes.add(flush);
            arrived.signal();
            return flush;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for something to do, but not once the end is near.
     *
     * @param limit
     *            the longest wait
     *
     * @return whether a value waits
     *
     * @throws InterruptedException
     *             if the thread is interrupted
     */
    boolean await(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            if (values.isEmpty() && flushes.isEmpty() && !ending) {
                arrived.await(limit.toNanos(), TimeUnit.NANOSECONDS);
            }
            return !values.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the oldest values into hand. Who waits for all to be written goes with the last of them.
     *
     * @param most
     *            how many
     * @param choice
     *            if not null, makes the rule for what may be in one batch
     *
     * @return to be written, then to be {@linkplain #written() confirmed} or {@linkplain #putBack put back}
     */
    Taken<K, V> take(int most, @Nullable Supplier<BiPredicate<K, V>> choice) {
        lock.lock();
        try {
            SequencedMap<K, V> batch = batch(most, choice);
            List<CompletableFuture<Void>> told = List.of();
            if (values.isEmpty()) {
                told = flushes;
                flushes = new ArrayList<>();
            }
            inHand = !batch.isEmpty();
            return new Taken<>(batch, told);
        } finally {
            lock.unlock();
        }
    }

    /** A value leaves the map only after there was memory for all that its leaving takes. */
    private SequencedMap<K, V> batch(int most, @Nullable Supplier<BiPredicate<K, V>> choice) {
        SequencedMap<K, V> batch = new LinkedHashMap<>();
        if (choice == null && values.size() <= most) {
            SequencedMap<K, V> all = values;
            values = batch;
            return all;
        }
        BiPredicate<K, V> fits = choice == null ? (_, _) -> true : choice.get();
        for (Map.Entry<K, V> one : values.entrySet()) {
            if (batch.size() == most) {
                break;
            }
            if (fits.test(one.getKey(), one.getValue())) {
                batch.put(one.getKey(), one.getValue());
            }
        }
        values.keySet().removeAll(batch.keySet());
        return batch;
    }

    /** Nothing is in hand any more. */
    void written() {
        lock.lock();
        try {
            inHand = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was in hand waits again, before all that has come since.
     *
     * @param older
     *            what was in hand and is still to be written
     * @param untold
     *            who has not been told yet, and goes on waiting
     */
    void putBack(SequencedMap<K, V> older, List<CompletableFuture<Void>> untold) {
        lock.lock();
        try {
            inHand = false;
            flushes.addAll(untold);
            if (!older.isEmpty()) {
                values.forEach((key, newer) -> older.merge(key, newer, join));
                values = older;
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return values.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** From now on {@link #await} does not wait. */
    void end() {
        lock.lock();
        try {
            ending = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing can be added from now on. Fails who still waits to be told. */
    void close() {
        List<CompletableFuture<Void>> untold;
        lock.lock();
        try {
            closed = true;
            untold = flushes;
            flushes = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        untold.forEach(flush -> flush.completeExceptionally(ended()));
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("the writer has ended");
    }
}
