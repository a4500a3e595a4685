package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * Gathers what many threads have to write, and writes it together: what comes while one write runs goes into the next.
 * <p>
 * <b>Algorithm.</b> What waits is a map in order of arrival. {@link #add} puts a value under its key, or joins it with
 * the value that waits there, and returns at once. One {@link Loop} takes all that waits, or the oldest of it, and
 * gives it to the {@link Target} without holding the lock. If the write fails, the target says what goes on waiting,
 * and the loop makes its pause. Keys that the target could not write because somebody else has locked them are set
 * aside ({@link LockedKeys}): they and their later values wait apart, and hold up nobody else.
 * <p>
 * <b>Hazard.</b> Between being taken and being written, a value is in the hands of one thread only. If it is dropped
 * there, by an error, an interrupt or the end, it is lost, or somebody waits for its outcome for ever. And a value that
 * goes back to wait may meet a newer one of its key.
 * <p>
 * <b>Invariant.</b> A value that {@link #add} has accepted is in exactly one place: it waits, or is in hand, or is set
 * aside, until it is written or the target has been told of its failure. The values of one key are joined, and written,
 * in the order in which they came.
 *
 * @param <K>
 *            what values belong to, such as a user
 * @param <V>
 *            what is written for a key
 */
public final class GroupWriter<K, V> {
    private final Loop loop;
    private final Target<K, V> target;
    private final BinaryOperator<V> join;
    private final Duration gather;
    private final int most;
    private final @Nullable Supplier<BiPredicate<K, V>> choice;
    private final @Nullable LockedKeys<K, V> locked;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private SequencedMap<K, V> waiting = new LinkedHashMap<>();
    private List<CompletableFuture<Void>> flushes = new ArrayList<>();
    private boolean inHand;
    private boolean closed;

    /**
     * Where batches go. Called by the writer's thread, one call at a time.
     *
     * @param <K>
     *            what values belong to
     * @param <V>
     *            what is written for a key
     */
    @FunctionalInterface
    public interface Target<K, V> {
        /**
         * Writes a batch, in one transaction as a rule.
         *
         * @param batch
         *            in order of arrival, never empty
         *
         * @return what has become of it
         *
         * @throws Exception
         *             if nothing is written, or it is not known what is
         */
        Outcome<K> write(Map<K, V> batch) throws Exception;

        /**
         * Writes what is set aside, and waits for no lock.
         *
         * @param aside
         *            never empty
         *
         * @return keys that are still locked; all the others are written
         *
         * @throws Exception
         *             if nothing is written; all of it stays set aside
         */
        default Set<K> writeAside(Map<K, V> aside) throws Exception {
            Outcome<K> outcome = write(aside);
            return outcome.othersWritten() ? outcome.locked() : Set.copyOf(aside.keySet());
        }

        /**
         * A write has failed.
         *
         * @param batch
         *            what was to be written
         * @param failure
         *            whatever was thrown; it is counted and logged by the writer's task after this
         *
         * @return what goes on waiting and is written again: as a rule all of it. Nothing, where everybody who waits
         *         for an outcome has now been told it
         */
        default Map<K, V> failed(Map<K, V> batch, Throwable failure) {
            return batch;
        }
    }

    /**
     * What has become of a batch.
     *
     * @param locked
     *            keys that are not written because somebody else has locked them: they are set aside
     * @param othersWritten
     *            whether the others are written; if not, they wait for the next write, which comes at once
     * @param <K>
     *            what values belong to
     */
    public record Outcome<K>(Set<K> locked, boolean othersWritten) {
        /**
         * All of it is written.
         *
         * @param <K>
         *            what values belong to
         *
         * @return that
         */
        public static <K> Outcome<K> written() {
            return new Outcome<>(Set.of(), true);
        }
    }

    /**
     * How a writer is set up.
     *
     * @param <K>
     *            what values belong to
     * @param <V>
     *            what is written for a key
     */
    public static final class Builder<K, V> {
        private final Task task;
        private final BinaryOperator<V> join;
        private final Target<K, V> target;
        private Duration gather = Duration.ZERO;
        private int most = Integer.MAX_VALUE;
        private @Nullable Supplier<BiPredicate<K, V>> choice;
        private Backoff pauses = Loop.pauses();
        private @Nullable LockedKeys<K, V> locked;

        private Builder(Task task, BinaryOperator<V> join, Target<K, V> target) {
            this.task = task;
            this.join = join;
            this.target = target;
        }

        /**
         * Sets how long the first value of a batch waits for others. Without it a batch is what came during the last
         * write.
         *
         * @param time
         *            not below 0
         *
         * @return this
         */
        public Builder<K, V> gather(Duration time) {
            this.gather = time;
            return this;
        }

        /**
         * Sets how many keys one write has; what is beyond waits for the next. Without it there is no limit.
         *
         * @param keys
         *            above 0
         *
         * @return this
         */
        public Builder<K, V> most(int keys) {
            this.most = keys;
            return this;
        }

        /**
         * Sets a rule for what may be in one batch. What it passes over keeps its place.
         *
         * @param rule
         *            makes a new test for each batch, which is asked in order of arrival and must take the first one.
         *            It runs under the writer's lock and must be quick
         *
         * @return this
         */
        public Builder<K, V> choosing(Supplier<BiPredicate<K, V>> rule) {
            this.choice = rule;
            return this;
        }

        /**
         * Sets the pauses after failed writes. Without it they are those of a {@link Loop}.
         *
         * @param backoff
         *            the pauses
         *
         * @return this
         */
        public Builder<K, V> pauses(Backoff backoff) {
            this.pauses = backoff;
            return this;
        }

        /**
         * Sets under which name keys that somebody else has locked are counted. Needed if the target ever returns any.
         *
         * @param name
         *            closed with the writer; fails while keys are set aside
         * @param words
         *            follow the number of them in the log
         * @param mostKeys
         *            how many are set aside; the values of those beyond are dropped
         *
         * @return this
         */
        public Builder<K, V> setAside(Task name, String words, int mostKeys) {
            this.locked = new LockedKeys<>(name, words, mostKeys, join);
            return this;
        }

        /** {@return the writer, which is started} */
        public GroupWriter<K, V> start() {
            GroupWriter<K, V> writer = new GroupWriter<>(this);
            writer.loop.start();
            return writer;
        }
    }

    /** What one step of the loop has taken. */
    private record Taken<K, V>(SequencedMap<K, V> batch, List<CompletableFuture<Void>> flushes) {
    }

    private GroupWriter(Builder<K, V> setUp) {
        this.target = setUp.target;
        this.join = setUp.join;
        this.gather = setUp.gather;
        this.most = setUp.most;
        this.choice = setUp.choice;
        this.locked = setUp.locked;
        this.loop = Loop.virtual(setUp.task, setUp.pauses, this::step);
    }

    /**
     * Sets up a writer.
     *
     * @param task
     *            the name of its loop, closed with it; failed writes are counted there
     * @param join
     *            makes one value of an older and a newer one of the same key. It runs under the writer's lock and must
     *            be quick
     * @param target
     *            where batches go
     * @param <K>
     *            what values belong to
     * @param <V>
     *            what is written for a key
     *
     * @return to be started
     */
    public static <K, V> Builder<K, V> of(Task task, BinaryOperator<V> join, Target<K, V> target) {
        return new Builder<>(task, join, target);
    }

    /**
     * Leaves a value to be written. Never waits for a write. How many may wait is up to the callers: a key takes the
     * room of one value, however often it comes.
     *
     * @param key
     *            what it belongs to
     * @param value
     *            joined with the one that waits, if there is one
     *
     * @return whether it was taken: then it is written, or its failure told, or it is left to whoever closes the
     *         writer; false once that is closed
     */
    public boolean add(K key, V value) {
        return addOrForget(key, value, Integer.MAX_VALUE);
    }

    /**
     * As {@link #add}, for a value that makes the one that waits pointless: if there are too many, both are forgotten.
     *
     * @param key
     *            what it belongs to
     * @param value
     *            joined with the one that waits, if there is one
     * @param tooMany
     *            from how many waiting keys on
     *
     * @return as there
     */
    public boolean addOrForget(K key, V value, int tooMany) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (waiting.size() < tooMany || waiting.remove(key) == null) {
                waiting.merge(key, value, join);
            }
            arrived.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a value back that nobody waits for any more, if it is still the one that waits.
     *
     * @param key
     *            what it belongs to
     * @param value
     *            the same that was added
     */
    public void withdraw(K key, V value) {
        lock.lock();
        try {
            if (waiting.get(key) == value) {
                waiting.remove(key);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back all that waits. What is in hand or set aside is not among it.
     *
     * @return in order of arrival; the caller's own now
     */
    public Map<K, V> takeAll() {
        lock.lock();
        try {
            Map<K, V> all = waiting;
            waiting = new LinkedHashMap<>();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells when all that has been added so far is written.
     *
     * @return completed, on the writer's thread as a rule, when it is written or set aside; exceptionally when a write
     *         of it fails, even if it will be repeated, or when the writer ends before
     */
    public CompletableFuture<Void> flush() {
        lock.lock();
        try {
            if (waiting.isEmpty() && !inHand) {
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

    /** {@return how many keys are set aside; to be asked by the target only} */
    public int setAside() {
        return locked == null ? 0 : locked.size();
    }

    /** Returns whether another step must come even if the writer is being closed. */
    private boolean step() throws Exception {
        boolean last = loop.closing();
        Taken<K, V> taken = take();
        write(taken);
        if (locked != null && locked.due()) {
            locked.written(target.writeAside(locked.values()));
        }
        return !last || waits();
    }

    private Taken<K, V> take() throws InterruptedException {
        lock.lock();
        try {
            if (waiting.isEmpty() && flushes.isEmpty() && !loop.closing()) {
                arrived.awaitNanos(setAside() == 0 ? Loop.BEAT.toNanos() : LockedKeys.PAUSE_NANOS);
            }
            if (waiting.isEmpty() || gather.isZero()) {
                return taken();
            }
        } finally {
            lock.unlock();
        }
        Thread.sleep(gather);
        lock.lock();
        try {
            return taken();
        } finally {
            lock.unlock();
        }
    }

    private Taken<K, V> taken() {
        SequencedMap<K, V> batch = batch();
        List<CompletableFuture<Void>> told = List.of();
        if (waiting.isEmpty()) {
            told = flushes;
            flushes = new ArrayList<>();
        }
        inHand = !batch.isEmpty();
        return new Taken<>(batch, told);
    }

    /** A value leaves the map only after there was memory for all that its leaving takes. */
    private SequencedMap<K, V> batch() {
        SequencedMap<K, V> batch = new LinkedHashMap<>();
        if (choice == null && waiting.size() <= most) {
            SequencedMap<K, V> all = waiting;
            waiting = batch;
            return all;
        }
        BiPredicate<K, V> fits = choice == null ? (_, _) -> true : choice.get();
        for (Map.Entry<K, V> one : waiting.entrySet()) {
            if (batch.size() == most) {
                break;
            }
            if (fits.test(one.getKey(), one.getValue())) {
                batch.put(one.getKey(), one.getValue());
            }
        }
        waiting.keySet().removeAll(batch.keySet());
        return batch;
    }

    private void write(Taken<K, V> taken) throws Exception {
        SequencedMap<K, V> batch = taken.batch();
        try {
            if (locked != null && locked.size() > 0) {
                locked.takeLater(batch);
            }
            if (!batch.isEmpty()) {
                Outcome<K> outcome = target.write(batch);
                if (!outcome.locked().isEmpty()) {
                    Objects.requireNonNull(locked, "keys are locked, but setAside was not called").put(outcome.locked(),
                            batch);
                    batch.keySet().removeAll(outcome.locked());
                }
                if (!outcome.othersWritten()) {
                    putBack(batch, taken.flushes());
                    return;
                }
            }
        } catch (Throwable failure) {
            afterFailure(batch, failure);
            taken.flushes().forEach(flush -> flush.completeExceptionally(failure));
            throw failure;
        }
        emptyHanded();
        taken.flushes().forEach(flush -> flush.complete(null));
    }

    private void afterFailure(SequencedMap<K, V> batch, Throwable failure) {
        SequencedMap<K, V> left = batch;
        try {
            Map<K, V> rest = target.failed(batch, failure);
            left = rest == batch ? batch : new LinkedHashMap<>(rest);
        } finally {
            putBack(left, List.of());
        }
    }

    private void putBack(SequencedMap<K, V> older, List<CompletableFuture<Void>> untold) {
        lock.lock();
        try {
            inHand = false;
            flushes.addAll(untold);
            if (!older.isEmpty()) {
                waiting.forEach((key, newer) -> older.merge(key, newer, join));
                waiting = older;
            }
        } finally {
            lock.unlock();
        }
    }

    private void emptyHanded() {
        lock.lock();
        try {
            inHand = false;
        } finally {
            lock.unlock();
        }
    }

    private boolean waits() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Asks it to end: what waits is still written. Does not wait for that. */
    public void end() {
        loop.end();
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes what waits, then ends. What can't be written by then is left to {@link #takeAll()}; what is set aside is
     * forgotten.
     *
     * @param limit
     *            how long it may take; the write that is under way then is interrupted
     *
     * @return whether it has ended by itself
     */
    public boolean close(Duration limit) {
        end();
        boolean ended = loop.close(limit);
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
        if (locked != null) {
            locked.close();
        }
        return ended;
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("the writer has ended");
    }
}
