package ulens.gateway.delivery;

/**
 * A client of the user has proved receipt of everything up to a seq.
 *
 * @param userId
 *            whose
 * @param after
 *            up to here it was proved before
 * @param upTo
 *            up to here it is proved now
 */
public record Proof(String userId, long after, long upTo) {
    Proof joined(Proof other) {
        return new Proof(userId, Math.min(after, other.after), Math.max(upTo, other.upTo));
    }
}
