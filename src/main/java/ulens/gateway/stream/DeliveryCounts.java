package ulens.gateway.stream;

import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;

import java.util.concurrent.atomic.LongAdder;

/** What delivery has done since the start. */
public final class DeliveryCounts implements Measured {
    private final LongAdder pushed = new LongAdder();
    private final LongAdder replayed = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder readFailures = new LongAdder();
    private final LongAdder restarts = new LongAdder();

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

    /** {@return sockets that started afresh because the database had gone back in time} */
    public long restarts() {
        return restarts.sum();
    }

    @Override
    public void register(Meters meters) {
        meters.counter("rows_pushed", "Rows written to sockets", this::pushed)
                .counter("rows_replayed", "Rows read from the database for sockets that were behind", replayed::sum)
                .counter("rows_delivered", "Rows marked delivered", this::delivered).counter("sockets_restarted",
                        "Sockets started afresh because the database had gone back in time", this::restarts);
    }

    void restarted() {
        restarts.increment();
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
