package ulens.gateway.config;

import java.time.Duration;

/**
 * Settings of the streams, from the database to the sockets.
 *
 * @param pageSize
 *            rows read at once while a socket catches up
 * @param concurrentReads
 *            most reads of pages at one time
 * @param sweepInterval
 *            how often the rooms are compared with the database
 */
public record StreamConfig(int pageSize, int concurrentReads, Duration sweepInterval) {
    static StreamConfig read(Knobs knobs) {
        return new StreamConfig(knobs.integer("delivery.page-size", 200, 1, 10_000),
                knobs.integer("delivery.concurrent-reads", 6, 1, 500), knobs.duration("delivery.sweep-interval",
                        Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofSeconds(3600)));
    }
}
