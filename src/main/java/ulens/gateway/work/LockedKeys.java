package ulens.gateway.work;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * The keys that a {@link GroupWriter} has set aside because another transaction has locked them (usually an open one of
 * a DBA).
 * <ol>
 * <li>While a key is here, its later values are joined to it, so that they are written in their order.
 * <li>It is tried again after a pause, without waiting for a lock.
 * <li>There is a most of keys here. The values of those beyond are dropped.
 * </ol>
 * Of the writer's thread only.
 *
 * @param <K>
 *            what values belong to
 * @param <V>
 *            what is written for a key
 */
final class LockedKeys<K, V> implements AutoCloseable {
    static final Duration PAUSE = Duration.ofMillis(500);

    private final Task task;
    private final String words;
    private final int most;
    private final BinaryOperator<V> join;
    private Map<K, V> values = new HashMap<>();
    private long lookAgain;

    LockedKeys(Task task, String words, int most, BinaryOperator<V> join) {
        this.task = task;
        this.words = words;
        this.most = most;
        this.join = join;
    }

    int size() {
        return values.size();
    }

    /** {@return what is here, to be tried again} */
    Map<K, V> values() {
        return values;
    }

    /** {@return whether it is time to try again} */
    boolean due() {
        return !values.isEmpty() && lookAgain - System.nanoTime() <= 0;
    }

    /** Takes from a batch what belongs behind something that is here. */
    void takeLater(Map<K, V> batch) {
        batch.entrySet().removeIf(one -> {
            boolean here = values.containsKey(one.getKey());
            if (here) {
                values.merge(one.getKey(), one.getValue(), join);
            }
            return here;
        });
    }

    /** Sets aside what is locked of a batch. */
    void put(Set<K> locked, Map<K, V> batch) {
        for (K key : locked) {
            V value = batch.get(key);
            if (value != null && (values.size() < most || values.containsKey(key))) {
                values.merge(key, value, join);
            }
        }
        later();
    }

    /** All keys have been tried again, and those that are no longer locked are written. */
    void written(Set<K> stillLocked) {
        values.keySet().retainAll(stillLocked);
        if (values.isEmpty()) {
            task.succeeded();
        } else {
            later();
        }
    }

    private void later() {
        lookAgain = System.nanoTime() + PAUSE.toNanos();
        task.failed(values.size() + " " + words);
    }

    @Override
    public void close() {
        task.close();
    }
}
