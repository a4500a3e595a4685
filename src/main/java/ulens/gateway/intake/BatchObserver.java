package ulens.gateway.intake;

import io.helidon.metrics.api.DistributionSummary;
import ulens.gateway.metrics.Meters;

/** Observes every batch that was committed. */
@FunctionalInterface
public interface BatchObserver {
    /**
     * Called after the commit of a batch.
     *
     * @param messages
     *            how many messages it held
     * @param nanos
     *            how long the transaction took, in nanoseconds
     */
    void stored(int messages, long nanos);

    /**
     * Makes an observer that measures batches.
     *
     * @param meters
     *            registers the metrics
     *
     * @return the observer
     */
    static BatchObserver measuring(Meters meters) {
        DistributionSummary sizes = meters.sizes("batch_size", "Messages in one transaction of intake");
        Meters.Recorder latency = meters.times("store_latency", "Time of one transaction of intake");
        return (messages, nanos) -> {
            sizes.record(messages);
            latency.record(nanos);
        };
    }
}
