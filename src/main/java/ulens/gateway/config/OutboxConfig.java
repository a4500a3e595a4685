package ulens.gateway.config;

import java.time.Duration;

/**
 * Settings of the outbox, from the database to the broker.
 *
 * @param batchSize
 *            most events published at once
 * @param pollInterval
 *            longest time between two looks at the table
 * @param claim
 *            how long a claim on rows holds; renewed while the broker has not answered
 */
public record OutboxConfig(int batchSize, Duration pollInterval, Duration claim) {
    static OutboxConfig read(Knobs knobs) {
        return new OutboxConfig(knobs.integer("outbox.batch-size", 200, 1, 10_000),
                knobs.duration("outbox.poll-interval", Duration.ofSeconds(1), Duration.ofMillis(10),
                        Duration.ofSeconds(3600)),
                knobs.duration("outbox.claim", Duration.ofSeconds(10), Duration.ofSeconds(1),
                        Duration.ofSeconds(3600)));
    }
}
