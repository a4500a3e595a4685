package ulens.gateway.intake;

import ulens.gateway.stream.NewRows;
import ulens.gateway.stream.StoredBatch;
import ulens.gateway.stream.StreamWriter;

import java.util.List;

/** Writes candidates in one transaction, and hands on the new rows. */
final class RowWriter {
    private static final System.Logger LOGGER = System.getLogger(RowWriter.class.getName());
    private static final StoreResult STORED = new StoreResult.Stored();

    private final StreamWriter streams;
    private final NewRows rows;
    private final BatchObserver observer;
    private final IntakeCounts counts;

    RowWriter(StreamWriter streams, NewRows rows, BatchObserver observer, IntakeCounts counts) {
        this.streams = streams;
        this.rows = rows;
        this.observer = observer;
        this.counts = counts;
    }

    /** Makes one attempt. */
    StoreResult write(List<Candidate> candidates) {
        try {
            long begun = System.nanoTime();
            StoredBatch stored = streams.store(candidates.stream().map(Candidate::row).toList());
            observer.stored(candidates.size(), System.nanoTime() - begun);
            counts.stored(stored.rows().size(), stored.duplicates());
            rows.offer(stored);
            return STORED;
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] a batch was not stored", failure);
            return StoreResult.of(failure);
        }
    }
}
