package ulens.gateway.ops;

import io.helidon.metrics.api.DistributionSummary;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.metrics.api.Timer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** Registers what can be read at {@code /observe/metrics}. Names begin with {@code gateway_}. */
public final class Meters implements AutoCloseable {
    private static final String PREFIX = "gateway_";

    private final MeterRegistry registry = Metrics.globalRegistry();
    private final List<Meter> registered = new ArrayList<>();
    // the registry holds what it asks only weakly
    private final List<LongSupplier> asked = new ArrayList<>();

    /**
     * A number that only grows.
     *
     * @param name
     *            without prefix
     * @param description
     *            for the operator
     * @param value
     *            is asked at every scrape
     *
     * @return this
     */
    public Meters counter(String name, String description, LongSupplier value) {
        asked.add(value);
        register(FunctionalCounter.builder(PREFIX + name, value, LongSupplier::getAsLong).description(description));
        return this;
    }

    /**
     * A number that goes up and down.
     *
     * @param name
     *            without prefix
     * @param description
     *            for the operator
     * @param value
     *            is asked at every scrape
     *
     * @return this
     */
    public Meters gauge(String name, String description, LongSupplier value) {
        asked.add(value);
        ToDoubleFunction<LongSupplier> read = LongSupplier::getAsLong;
        register(Gauge.builder(PREFIX + name, value, read).description(description));
        return this;
    }

    /**
     * A distribution of sizes.
     *
     * @param name
     *            without prefix
     * @param description
     *            for the operator
     *
     * @return where to record them
     */
    public DistributionSummary sizes(String name, String description) {
        return register(DistributionSummary.builder(PREFIX + name).description(description));
    }

    /**
     * A distribution of times.
     *
     * @param name
     *            without prefix
     * @param description
     *            for the operator
     *
     * @return where to record them
     */
    public Recorder times(String name, String description) {
        Timer timer = register(Timer.builder(PREFIX + name).description(description));
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private <B extends Meter.Builder<B, M>, M extends Meter> M register(B builder) {
        M meter = registry.getOrCreate(builder);
        registered.add(meter);
        return meter;
    }

    /** Takes all of them back, so that another gateway in this process can register its own. */
    @Override
    public void close() {
        registered.forEach(registry::remove);
    }

    /** Takes times. */
    @FunctionalInterface
    public interface Recorder {
        /**
         * Records one.
         *
         * @param nanos
         *            nanoseconds
         */
        void record(long nanos);
    }
}
