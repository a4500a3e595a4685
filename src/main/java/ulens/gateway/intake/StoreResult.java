package ulens.gateway.intake;

import ulens.gateway.work.Reason;
import ulens.gateway.work.SqlState;

import java.sql.SQLException;
import java.util.Optional;

/** The result of one attempt to store a batch, by what has to be done next. */
sealed interface StoreResult {
    /** The rows are committed. */
    record Stored() implements StoreResult {
    }

    /**
     * The database is away, full or read-only, or fails for another reason outside the messages: wait, the messages are
     * valid.
     */
    record Unavailable(String reason) implements StoreResult {
    }

    /** Another transaction has locked a row for longer than we wait: set its user aside, the others go on. */
    record Locked() implements StoreResult {
    }

    /** The database refuses the data: no repetition will help. Split the batch; a single message is a dead letter. */
    record Refused(String reason) implements StoreResult {
    }

    /**
     * Any other failure, caused by the message or by the gateway. Split the batch; a single message is retried a few
     * times.
     */
    record Failed(String reason) implements StoreResult {
    }

    /**
     * Classifies a failure by the SQLSTATE of its innermost database error (PostgreSQL documentation, appendix A).
     *
     * @param failure
     *            the exception
     *
     * @return the result; its reason never holds data of a row
     */
    static StoreResult of(Throwable failure) {
        Optional<SQLException> database = SqlState.cause(failure);
        if (database.isEmpty()) {
            return new Failed(failure.getClass().getSimpleName());
        }
        String state = database.get().getSQLState();
        if (state == null) {
            return new Unavailable("no connection");
        }
        if (SqlState.isLock(failure)) {
            return new Locked();
        }
        String reason = "SQLSTATE " + state;
        return switch (SqlState.kind(failure)) {
            // data exception, program limit exceeded
            case "22", "54" -> new Refused("the database can't hold it (" + reason + ")");
            // feature not supported, constraint violation, internal error, PL/pgSQL error: bound values never break our
            // own constraints, so somebody has changed the tables
            case "0A", "23", "XX", "P0" -> new Failed(reason);
            default -> new Unavailable(Reason.of(failure));
        };
    }
}
