package ulens.gateway.metrics;

import io.helidon.metrics.api.DistributionSummary;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import ulens.gateway.work.Task;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** Registers the metrics at {@code /observe/metrics}. Their names begin with {@code gateway_}. */
public final class Meters implements AutoCloseable {
    private static final String PREFIX = "gateway_";

    private final MeterRegistry registry = Metrics.globalRegistry();
    private final List<Meter> registered = new CopyOnWriteArrayList<>();
    private Runnable forgetTasks = () -> {
    };
    // the registry refers to the functions that it calls only weakly
    private final List<LongSupplier> asked = new CopyOnWriteArrayList<>();

    /**
     * Registers a number that only grows.
     *
     * @param name
     *            name without the prefix {@code gateway_}
     * @param description
     *            description for operators
     * @param value
     *            gives the value at every scrape
     *
     * @return this
     */
    public Meters counter(String name, String description, LongSupplier value) {
        asked.add(value);
        register(FunctionalCounter.builder(PREFIX + name, value, LongSupplier::getAsLong).description(description));
        return this;
    }

    /**
     * Registers a number that only grows, one of several with the same name.
     *
     * @param name
     *            name without the prefix {@code gateway_}
     * @param description
     *            description for operators
     * @param tag
     *            name of the tag that distinguishes the counters
     * @param which
     *            value of the tag for this counter
     * @param value
     *            gives the value at every scrape
     *
     * @return this
     */
    public Meters counter(String name, String description, String tag, String which, LongSupplier value) {
        asked.add(value);
        register(FunctionalCounter.builder(PREFIX + name, value, LongSupplier::getAsLong).description(description)
                .addTag(Tag.create(tag, which)));
        return this;
    }

    /**
     * Registers a number that goes up and down.
     *
     * @param name
     *            name without the prefix {@code gateway_}
     * @param description
     *            description for operators
     * @param value
     *            gives the value at every scrape
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
     * Registers a distribution of sizes.
     *
     * @param name
     *            name without the prefix {@code gateway_}
     * @param description
     *            description for operators
     *
     * @return records the values
     */
    public DistributionSummary sizes(String name, String description) {
        return register(DistributionSummary.builder(PREFIX + name).description(description));
    }

    /**
     * Registers a distribution of times.
     *
     * @param name
     *            name without the prefix {@code gateway_}
     * @param description
     *            description for operators
     *
     * @return records the values
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

    /**
     * Registers a counter of failures for each task, also for tasks that are created later.
     *
     * @return this
     */
    public Meters tasks() {
        Set<String> known = ConcurrentHashMap.newKeySet();
        forgetTasks = Task.names(name -> {
            if (known.add(name)) {
                counter("task_failures", "Failures of background work, by task", "task", name,
                        () -> Task.failures(name));
            }
        });
        return this;
    }

    /** Removes all of them, so that another gateway in this process can register its own. */
    @Override
    public void close() {
        forgetTasks.run();
        registered.forEach(registry::remove);
    }

    /** Records times. */
    @FunctionalInterface
    public interface Recorder {
        /**
         * Records a time.
         *
         * @param nanos
         *            the time in nanoseconds
         */
        void record(long nanos);
    }
}
