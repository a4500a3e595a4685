package ulens.gateway.stream;

import org.jspecify.annotations.Nullable;

/**
 * A row that has just been stored, on its way from memory to the sockets: encoded once for all of them, but for those
 * with a floor. For one thread.
 */
final class LiveRow<M> {
    private final Delivery row;
    private final RowEncoder<M> encoder;
    private @Nullable M encoded;

    LiveRow(Delivery row, RowEncoder<M> encoder) {
        this.row = row;
        this.encoder = encoder;
    }

    long seq() {
        return row.seq();
    }

    long generation() {
        return row.generation();
    }

    /** The row for a socket whose floor this is; nearly always 0. */
    M encoded(long floor) {
        if (floor != 0) {
            return encode(floor);
        }
        encoded = encoded == null ? encode(0) : encoded;
        return encoded;
    }

    private M encode(long floor) {
        return encoder.encode(row, new Position(row.seq(), row.generation(), 0, floor));
    }
}
