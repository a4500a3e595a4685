package ulens.gateway.config;

import java.time.Duration;

/**
 * Settings of intake, from the broker into the database.
 *
 * @param batchSize
 *            most messages in one transaction
 * @param linger
 *            longest wait for a batch to fill; while batches are small, a fiftieth of it
 * @param maxBody
 *            largest message body in bytes
 * @param hold
 *            how long messages that can't be stored are kept before they are given back; shorter than the broker's time
 *            limit for an acknowledgement
 * @param mostWaiting
 *            most dead letters and retries that wait for the broker; at most half the prefetch
 * @param setAside
 *            most messages that wait for rows that another transaction has locked; at most a quarter of the prefetch
 */
public record IntakeConfig(int batchSize, Duration linger, int maxBody, Duration hold, int mostWaiting, int setAside) {

    private static final int DEFAULT_BATCH = 4_000;

    /** {@return the largest message body in bytes} The prefetch depends on it, too. */
    static int maxBody(Knobs knobs) {
        return knobs.integer("intake.max-body", 256 * 1024, 1024, 16 * 1024 * 1024);
    }

    static IntakeConfig read(Knobs knobs, int prefetch, int maxBody) {
        return new IntakeConfig(
                knobs.integer("intake.batch-size", Math.clamp(prefetch / 2, 1, DEFAULT_BATCH), 1, 10_000),
                knobs.duration("intake.linger", Duration.ofMillis(50), Duration.ZERO, Duration.ofSeconds(10)), maxBody,
                knobs.duration("intake.hold", Duration.ofSeconds(300), Duration.ofMillis(100),
                        Duration.ofSeconds(1500)),
                Math.clamp(prefetch / 2, 1, knobs.integer("intake.max-waiting", 1_000, 1, 30_000)),
                Math.min(prefetch / 4, knobs.integer("intake.set-aside", Math.max(1, prefetch / 4), 1, 65_535)));
    }
}
