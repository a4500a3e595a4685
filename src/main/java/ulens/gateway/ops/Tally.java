package ulens.gateway.ops;

import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Logs once a minute by how much its counters have grown, if any has. */
public final class Tally implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final System.Logger logger;
    private final String prefix;
    private final Map<String, LongSupplier> counters;
    private final Map<String, Long> before = new TreeMap<>();
    private final Loop loop;

    /**
     * Creates a tally, which logs from {@link #start} on.
     *
     * @param logger
     *            gets the lines
     * @param prefix
     *            the beginning of each line
     * @param counters
     *            numbers that only grow, by name
     */
    public Tally(System.Logger logger, String prefix, Map<String, LongSupplier> counters) {
        this.logger = logger;
        this.prefix = prefix;
        this.counters = new TreeMap<>(counters);
        this.loop = Loop.every(Task.of(logger, "[GATEWAY]", "tally"), INTERVAL, this::say);
    }

    /**
     * Starts the tally.
     *
     * @return this tally
     */
    public Tally start() {
        loop.start();
        return this;
    }

    private void say() {
        StringBuilder line = new StringBuilder(prefix).append(" in the last minute:");
        boolean anything = false;
        for (Map.Entry<String, LongSupplier> counter : counters.entrySet()) {
            long now = counter.getValue().getAsLong();
            Long then = before.put(counter.getKey(), now);
            long grown = now - (then == null ? 0 : then);
            anything |= grown != 0;
            line.append(' ').append(grown).append(' ').append(counter.getKey());
        }
        if (anything) {
            logger.log(System.Logger.Level.INFO, line.toString());
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
