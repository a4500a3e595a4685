package ulens.gateway.ops;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Says once a minute how much has happened in it, if anything has. */
public final class Tally implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final System.Logger logger;
    private final String prefix;
    private final Map<String, LongSupplier> counters;
    private final Map<String, Long> before = new TreeMap<>();
    private final Thread thread;

    /**
     * A tally that begins at once.
     *
     * @param logger
     *            where it is said
     * @param prefix
     *            how the line begins
     * @param counters
     *            numbers that only grow, by name
     */
    public Tally(System.Logger logger, String prefix, Map<String, LongSupplier> counters) {
        this.logger = logger;
        this.prefix = prefix;
        this.counters = new TreeMap<>(counters);
        this.thread = Thread.ofVirtual().name("tally").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                say();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
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
        thread.interrupt();
    }
}
