package ulens.gateway.stream;

/**
 * Makes of a row what sockets send.
 *
 * @param <M>
 *            an encoded row
 */
@FunctionalInterface
public interface RowEncoder<M> {
    /**
     * Encodes a row; called once for all sockets of its user that have floor 0 while it is new.
     *
     * @param row
     *            the row
     * @param position
     *            where a client is that has it
     *
     * @return the encoded row
     */
    M encode(Delivery row, Position position);
}
