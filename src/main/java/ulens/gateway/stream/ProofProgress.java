package ulens.gateway.stream;

import java.util.Optional;

/**
 * How far the rows that a socket has been handed are asked about and proved, from where its cursor started in one
 * generation of the stream. Guarded by the cursor's lock.
 * <p>
 * Invariant: what is proved was asked for after it was pushed, so {@code proved <= asked <= pushed} but for what was
 * known before the first row.
 */
final class ProofProgress {
    private long pushed;
    private long asked;
    private long proved;

    /**
     * @param known
     *            up to here the client has proved receipt already; -1: nothing is known before the first row
     */
    ProofProgress(long known) {
        proved = known;
    }

    void pushed(long first, long last) {
        if (proved < 0) {
            proved = first - 1;
        }
        pushed = last;
    }

    /** {@return up to where proof is to be asked for, if there is anything new} */
    Optional<Long> ask() {
        if (pushed <= asked) {
            return Optional.empty();
        }
        asked = pushed;
        return Optional.of(pushed);
    }

    /** Everything up to here is received. Returns behind what this is new; empty if it is not. */
    Optional<Long> proved(long upTo) {
        if (upTo <= proved) {
            return Optional.empty();
        }
        long before = proved;
        proved = upTo;
        return Optional.of(before);
    }
}
