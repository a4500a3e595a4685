package ulens.gateway.intake;

import ulens.gateway.stream.NewRows;
import ulens.gateway.stream.StreamWriter;

import java.util.function.BooleanSupplier;

/**
 * The parts that intake needs.
 *
 * @param streams
 *            writes rows
 * @param databaseUp
 *            whether the database answers; asked before messages are taken again
 * @param attempts
 *            stores which messages were in hand when a process ended
 * @param rows
 *            gets the new rows after each commit
 * @param broker
 *            the broker
 * @param observer
 *            observes every batch
 */
public record IntakePorts(StreamWriter streams, BooleanSupplier databaseUp, AttemptLog attempts, NewRows rows,
        IntakeBroker broker, BatchObserver observer) {
}
