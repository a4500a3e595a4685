package ulens.gateway.work;

import org.jspecify.annotations.Nullable;
import ulens.gateway.work.BatchTarget.Outcome;
import ulens.gateway.work.WaitingValues.Taken;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * Gathers what many threads have to write, and writes it together: what comes while one write runs goes into the next.
 * <p>
 * <b>Algorithm.</b> What waits is a map in order of arrival. {@link #add} puts a value under its key, or joins it with
 * the value that waits there, and returns at once. One {@link Loop} takes all that waits, or the oldest of it, and
 * gives it to the {@link BatchTarget} without holding the lock. If the write fails, the target says what goes on
 * waiting, and the loop makes its pause. Keys that the target could not write because somebody else has locked them are
 * set aside ({@link LockedKeys}): they and their later values wait apart, and hold up nobody else.
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
    private final BatchTarget<K, V> target;
    private final WaitingValues<K, V> waiting;
    private final Duration gather;
    private final int most;
    private final @Nullable Supplier<BiPredicate<K, V>> choice;
    private final @Nullable LockedKeys<K, V> locked;

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
        private final BatchTarget<K, V> target;
        private Duration gather = Duration.ZERO;
        private int most = Integer.MAX_VALUE;
        private @Nullable Supplier<BiPredicate<K, V>> choice;
        private Backoff pauses = Loop.pauses();
        private @Nullable LockedKeys<K, V> locked;

        private Builder(Task task, BinaryOperator<V> join, BatchTarget<K, V> target) {
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

    private GroupWriter(Builder<K, V> setUp) {
        this.target = setUp.target;
        this.waiting = new WaitingValues<>(setUp.join);
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
    public static <K, V> Builder<K, V> of(Task task, BinaryOperator<V> join, BatchTarget<K, V> target) {
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
        return waiting.add(key, value, Integer.MAX_VALUE);
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
        return waiting.add(key, value, tooMany);
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
        waiting.withdraw(key, value);
    }

    /**
     * Takes back all that waits. What is in hand or set aside is not among it.
     *
     * @return in order of arrival; the caller's own now
     */
    public Map<K, V> takeAll() {
        return waiting.takeAll();
    }

    /**
     * Tells when all that has been added so far is written.
     *
     * @return completed, on the writer's thread as a rule, when it is written or set aside; exceptionally when a write
     *         of it fails, even if it will be repeated, or when the writer ends before
     */
    public CompletableFuture<Void> flush() {
        return waiting.flush();
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
        return !last || !waiting.isEmpty();
    }

    private Taken<K, V> take() throws InterruptedException {
        boolean some = waiting.await(setAside() == 0 ? Loop.BEAT : LockedKeys.PAUSE);
        if (some && !gather.isZero()) {
            Thread.sleep(gather);
        }
        return waiting.take(most, choice);
    }

    private void write(Taken<K, V> taken) throws Exception {
        SequencedMap<K, V> batch = taken.values();
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
                    waiting.putBack(batch, taken.flushes());
                    return;
                }
            }
        } catch (Throwable failure) {
            afterFailure(batch, failure);
            taken.flushes().forEach(flush -> flush.completeExceptionally(failure));
            throw failure;
        }
        waiting.written();
        taken.flushes().forEach(flush -> flush.complete(null));
    }

    private void afterFailure(SequencedMap<K, V> batch, Throwable failure) {
        SequencedMap<K, V> left = batch;
        try {
            Map<K, V> rest = target.failed(batch, failure);
            left = rest == batch ? batch : new LinkedHashMap<>(rest);
        } finally {
            waiting.putBack(left, List.of());
        }
    }

    /** Asks it to end: what waits is still written. Does not wait for that. */
    public void end() {
        loop.end();
        waiting.end();
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
        waiting.close();
        if (locked != null) {
            locked.close();
        }
        return ended;
    }
}
