package ulens.gateway.metrics;

/** A part of the gateway that has metrics. */
public interface Measured {
    /**
     * Registers the metrics of this part. Called once.
     *
     * @param meters
     *            where to register them; reads the values at every scrape
     */
    void register(Meters meters);
}
