/**
 * From the broker to the database: an event becomes a checked notification, notifications become a batch, and a batch
 * becomes rows. No message is acknowledged before its row is committed or its dead letter is confirmed.
 * <p>
 * {@link ulens.gateway.intake.Intake} is handed the messages. {@code Batcher} makes batches of them, and
 * {@code BatchProcessor} takes each batch through: {@code CheckedBatch} reads it, {@code PoisonGuard} keeps apart what
 * ended a process, {@code BatchStore} stores it, and the batch is acknowledged. One attempt to store ends with a
 * {@code StoreResult}, which says what is to be done:
 * <ul>
 * <li>stored;
 * <li>the database is unavailable: {@code IntakeBackoff} waits, and if that lasts all is given back to the broker;
 * <li>a user's row is locked by somebody else: {@code LockedUsers} sets the user aside, the others go on;
 * <li>refused, or failed for a reason that is not known: the batch is halved until the message at fault stands alone,
 * and that is one for {@code DeadLetters}, which {@code Republisher} brings to the broker beside all this.
 * </ul>
 * What has become of a whole batch is an {@code Outcome}. What intake needs of others is in
 * {@link ulens.gateway.intake.IntakePorts}; with other ports, and another clock, all of it runs without servers.
 */
@NullMarked
package ulens.gateway.intake;

import org.jspecify.annotations.NullMarked;
