package ulens.gateway.intake;

import ulens.gateway.delivery.DeliveryTable;
import ulens.gateway.delivery.Stored;

import java.util.List;
import java.util.function.Consumer;

/** Writes candidates in one transaction, and finds the one at fault if that fails for another reason than an outage. */
final class BatchStore {
    private static final System.Logger LOGGER = System.getLogger(BatchStore.class.getName());

    private final DeliveryTable table;
    private final Consumer<Stored> stored;
    private final BatchObserver observer;
    private final IntakeCounts counts;
    private final Exile exile;
    private final Patience patience;

    BatchStore(DeliveryTable table, Consumer<Stored> stored, BatchObserver observer, IntakeCounts counts, Exile exile,
            Patience patience) {
        this.table = table;
        this.stored = stored;
        this.observer = observer;
        this.counts = counts;
        this.exile = exile;
        this.patience = patience;
    }

    /** Returns false only when the gateway stops before it could be done, or has given the messages back. */
    boolean store(List<Candidate> candidates) throws InterruptedException {
        while (true) {
            StoreFailure failure;
            try {
                commit(candidates);
                patience.restore();
                return true;
            } catch (RuntimeException thrown) {
                failure = StoreFailure.of(thrown);
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] a batch was not stored", thrown);
            }
            if (failure instanceof StoreFailure.Passing(String reason)) {
                if (!patience.again(reason)) {
                    return false;
                }
            } else if (candidates.size() > 1) {
                // one of them is at fault: halve until it stands alone, so that its neighbours get through
                int half = candidates.size() / 2;
                return store(candidates.subList(0, half)) && store(candidates.subList(half, candidates.size()));
            } else {
                return exile.send(candidates.getFirst().message(), failure);
            }
        }
    }

    private void commit(List<Candidate> candidates) {
        long begun = System.nanoTime();
        Stored result = table.store(candidates.stream().map(Candidate::row).toList());
        observer.stored(candidates.size(), System.nanoTime() - begun);
        counts.stored(result.rows().size(), result.duplicates());
        stored.accept(result);
    }
}
