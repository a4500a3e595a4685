package ulens.gateway.stream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A client of the user has proved receipt of the rows in a range of seq, (after, upTo].
 *
 * @param userId
 *            whose
 * @param generation
 *            of the stream in which the rows were sent; in another one it proves nothing
 * @param after
 *            the range begins behind it: up to here receipt was proved before, or nothing is known
 * @param upTo
 *            the end of the range
 */
public record Proof(String userId, long generation, long after, long upTo) {

    /** Ranges of one user that are kept apart. Beyond it one is dropped: its rows stay undelivered and come again. */
    static final int MOST_RANGES = 64;

    /**
     * Adds this to other ranges of the same user. Ranges of different generations, and ranges with a gap between them,
     * stay apart: nobody has proved what lies in the gap.
     *
     * @param others
     *            none of which touches another one of the same generation
     *
     * @return the same in as few ranges as can be, sorted, at most {@value #MOST_RANGES}
     */
    List<Proof> joinedWith(List<Proof> others) {
        Proof whole = this;
        List<Proof> joined = new ArrayList<>(others.size() + 1);
        for (Proof other : others) {
            if (whole.touches(other)) {
                whole = new Proof(userId, generation, Math.min(whole.after, other.after),
                        Math.max(whole.upTo, other.upTo));
            } else {
                joined.add(other);
            }
        }
        joined.add(whole);
        joined.sort(Comparator.comparingLong(Proof::generation).thenComparingLong(Proof::after));
        return joined.size() > MOST_RANGES ? List.copyOf(joined.subList(1, joined.size())) : List.copyOf(joined);
    }

    private boolean touches(Proof other) {
        return generation == other.generation && after <= other.upTo && other.after <= upTo;
    }
}
