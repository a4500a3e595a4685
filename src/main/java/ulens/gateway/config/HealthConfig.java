package ulens.gateway.config;

import java.time.Duration;

/**
 * Times after which health reports a problem.
 *
 * @param stuckAfter
 *            time without progress after which a loop counts as stuck; at least ten times the database's time limit
 * @param lasting
 *            time of failures after which background work counts as degraded
 */
public record HealthConfig(Duration stuckAfter, Duration lasting) {
    private static final int STEPS_OF_A_LOOP = 10;

    static HealthConfig read(Knobs knobs, Duration databaseTimeout) {
        Duration stuckAfter = knobs.duration("health.stuck-after", Duration.ofSeconds(60), Duration.ofSeconds(6),
                Duration.ofSeconds(3600));
        // longer than one step of a loop takes when the database is frozen
        Duration slow = databaseTimeout.multipliedBy(STEPS_OF_A_LOOP);
        return new HealthConfig(stuckAfter.compareTo(slow) < 0 ? slow : stuckAfter, knobs
                .duration("health.degraded-after", Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(3600)));
    }
}
