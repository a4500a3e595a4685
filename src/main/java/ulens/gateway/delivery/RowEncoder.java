package ulens.gateway.delivery;

/**
 * Makes of a row what sockets send.
 *
 * @param <M>
 *            an encoded row
 */
@FunctionalInterface
public interface RowEncoder<M> {
    /**
     * Encodes a row; called once for all sockets of its user while it is new.
     *
     * @param row
     *            the row
     * @param openUntil
     *            during a replay, the seq up to which only undelivered or unread rows are sent; else 0
     *
     * @return the encoded row
     */
    M encode(Delivery row, long openUntil);
}
