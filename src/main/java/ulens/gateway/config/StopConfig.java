package ulens.gateway.config;

import java.time.Duration;

/**
 * How the gateway stops.
 *
 * @param grace
 *            how long the whole stop may take; then the process ends by force
 * @param drain
 *            how long it only says that it takes no new clients, so that the load balancer notices
 * @param spread
 *            the time over which the disconnects are spread after that
 */
public record StopConfig(Duration grace, Duration drain, Duration spread) {

    private static final Duration NOTICE = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofHours(24);

    /**
     * Reads them. The defaults fit every grace period. In dev mode there is no load balancer that would have to notice.
     */
    static StopConfig read(Knobs knobs, boolean dev) {
        Duration grace = knobs.duration("stop.grace", Duration.ofSeconds(20), Duration.ofSeconds(1), LONGEST);
        Duration drain = knobs.duration("stop.drain", dev ? Duration.ZERO : shorter(NOTICE, grace.dividedBy(4)),
                Duration.ZERO, LONGEST);
        Duration left = grace.minus(drain).minus(rest(grace));
        Duration spread = knobs.duration("stop.spread",
                left.isNegative() ? Duration.ZERO : shorter(left, grace.dividedBy(5)), Duration.ZERO, LONGEST);
        if (spread.compareTo(left) > 0) {
            knobs.problem("STOP_GRACE is " + Knobs.shown(grace) + ", too short for STOP_DRAIN (" + Knobs.shown(drain)
                    + ") and STOP_SPREAD (" + Knobs.shown(spread) + ") with the rest of a stop; expected at least "
                    + Knobs.shown(needed(drain.plus(spread))));
        }
        return new StopConfig(grace, drain, spread);
    }

    /** {@return the time that batches, proofs, receipts and connections may need in the end} */
    private static Duration rest(Duration grace) {
        return shorter(REST, grace.dividedBy(2));
    }

    private static Duration needed(Duration waits) {
        return waits.plus(shorter(REST, waits));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
