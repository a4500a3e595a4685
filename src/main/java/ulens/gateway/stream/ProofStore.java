package ulens.gateway.stream;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** Where receipt is stored. Failures come as the database's exceptions. */
interface ProofStore {
    /** What has become of proofs. */
    record Marked(long rows, Set<String> locked) {
    }

    /**
     * Marks rows as delivered that are not yet.
     *
     * @param proofs
     *            what is proved; what was proved in another generation of the stream, or lies beyond its end, does
     *            nothing
     *
     * @return how many rows were marked, and whose could not be because somebody else has locked them for longer than
     *         the database lets us wait
     */
    Marked markDelivered(Collection<Proof> proofs);

    /** As {@link #markDelivered}, but waits for no lock at all. */
    Marked markUnlocked(Collection<Proof> proofs);

    /**
     * Notes where users' open rows begin at the earliest.
     *
     * @param upTo
     *            by user: up to here all rows are delivered and read
     */
    void settle(Map<String, Settled> upTo);
}
