package ulens.gateway.delivery;

import java.util.concurrent.atomic.LongAdder;

/** What delivery has done since the start. */
public final class DeliveryCounts {
    private final LongAdder pushed = new LongAdder();
    private final LongAdder replayed = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder readFailures = new LongAdder();

    /** {@return rows written to sockets, live and replayed} */
    public long pushed() {
        return pushed.sum();
    }

    /** {@return rows read from the database for sockets that were behind} */
    public long replayed() {
        return replayed.sum();
    }

    /** {@return rows marked delivered} */
    public long delivered() {
        return delivered.sum();
    }

    /** {@return reads that failed and were repeated} */
    public long readFailures() {
        return readFailures.sum();
    }

    void live(int rows) {
        pushed.add(rows);
    }

    void replayed(int rows) {
        pushed.add(rows);
        replayed.add(rows);
    }

    void delivered(long rows) {
        delivered.add(rows);
    }

    void readFailed() {
        readFailures.increment();
    }
}
