package ulens.gateway.delivery;

/** A row that has just been stored, encoded once for all sockets that take it from memory. For one thread. */
final class Fresh<M> {
    private final Delivery row;
    private final RowEncoder<M> encoder;
    private M encoded;

    Fresh(Delivery row, RowEncoder<M> encoder) {
        this.row = row;
        this.encoder = encoder;
    }

    long seq() {
        return row.seq();
    }

    M encoded() {
        encoded = encoded == null ? encoder.encode(row, 0) : encoded;
        return encoded;
    }
}
