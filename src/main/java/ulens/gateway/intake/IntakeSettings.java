package ulens.gateway.intake;

import java.time.Duration;

/**
 * Sizes and times of intake.
 *
 * @param batchSize
 *            most messages in one transaction
 * @param linger
 *            longest wait for a batch to fill
 * @param maxBody
 *            largest body in bytes
 * @param hold
 *            how long messages are kept in hand while they can't be stored; shorter than the broker's own patience with
 *            an unacknowledged delivery
 */
public record IntakeSettings(int batchSize, Duration linger, int maxBody, Duration hold) {
}
