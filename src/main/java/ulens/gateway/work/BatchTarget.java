package ulens.gateway.work;

import java.util.Map;
import java.util.Set;

/**
 * Where a {@link GroupWriter} puts its batches. Called by the writer's thread, one call at a time.
 *
 * @param <K>
 *            what values belong to
 * @param <V>
 *            what is written for a key
 */
@FunctionalInterface
public interface BatchTarget<K, V> {
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
     * @return what goes on waiting and is written again: as a rule all of it. Nothing, where everybody who waits for an
     *         outcome has now been told it
     */
    default Map<K, V> failed(Map<K, V> batch, Throwable failure) {
        return batch;
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
    record Outcome<K>(Set<K> locked, boolean othersWritten) {
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
}
