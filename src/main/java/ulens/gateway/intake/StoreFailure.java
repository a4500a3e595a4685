package ulens.gateway.intake;

import java.sql.SQLException;

/** Why a batch could not be stored, by what is to be done about it. */
sealed interface StoreFailure {
    /** The database is away, full or read-only, or somebody else is at fault: wait, the message is good. */
    record Passing(String reason) implements StoreFailure {
    }

    /** The database refuses the data: no repetition will help. */
    record Data(String reason) implements StoreFailure {
    }

    /** Anything else: it may be the message, it may be us; a few repetitions tell. */
    record Unknown(String reason) implements StoreFailure {
    }

    /**
     * Sorts a failure by the SQLSTATE of its innermost database error (PostgreSQL documentation, appendix A).
     *
     * @param failure
     *            what was thrown
     *
     * @return its kind; the reason never holds data of a row
     */
    static StoreFailure of(Throwable failure) {
        SQLException database = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            database = cause instanceof SQLException sql ? sql : database;
        }
        if (database == null) {
            return new Unknown(failure.getClass().getSimpleName());
        }
        String state = database.getSQLState();
        if (state == null) {
            return new Passing("no connection");
        }
        String reason = "SQLSTATE " + state;
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            // data exception, program limit exceeded
            case "22", "54" -> new Data("the database can't hold it (" + reason + ")");
            // feature not supported, constraint violation, internal error, PL/pgSQL error: our own constraints are kept
            // by what is bound, so it is the tables that somebody has changed
            case "0A", "23", "XX", "P0" -> new Unknown(reason);
            default -> new Passing(reason);
        };
    }
}
