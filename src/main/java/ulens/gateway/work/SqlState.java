package ulens.gateway.work;

import java.sql.SQLException;
import java.util.Optional;

/**
 * What the database said about a failure (PostgreSQL documentation, appendix A). The only place that walks through the
 * causes: it takes the deepest exception that has a state, since a pool that waits in vain wraps what the driver said.
 * <p>
 * It is here and not beside the pool because a {@link Task} says why something failed, also for packages that may not
 * know the database.
 */
public final class SqlState {
    private static final int DEEPEST = 100;
    private static final String LOCK = "55P03";
    private static final String DEADLOCK = "40P01";

    private SqlState() {
    }

    /**
     * Finds what the database, its driver or the pool has thrown.
     *
     * @param failure
     *            what was thrown; its causes may be a circle
     *
     * @return the deepest one with a state; without any, the first one; empty if it is no failure of the database
     */
    public static Optional<SQLException> cause(Throwable failure) {
        SQLException found = null;
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < DEEPEST; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && (found == null || sql.getSQLState() != null)) {
                found = sql;
            }
            depth++;
        }
        return Optional.ofNullable(found);
    }

    /**
     * The state itself.
     *
     * @param failure
     *            what was thrown
     *
     * @return five characters as a rule; empty if there is none, as when there was no connection
     */
    public static String of(Throwable failure) {
        return cause(failure).map(SQLException::getSQLState).orElse("");
    }

    /**
     * The class of the state, which says whose fault it is.
     *
     * @param failure
     *            what was thrown
     *
     * @return two characters; empty if there is none
     */
    public static String kind(Throwable failure) {
        String state = of(failure);
        return state.length() < 2 ? "" : state.substring(0, 2);
    }

    /**
     * Whether a lock was waited for in vain.
     *
     * @param failure
     *            what was thrown
     *
     * @return whether the state is {@value #LOCK}
     */
    public static boolean isLock(Throwable failure) {
        return LOCK.equals(of(failure));
    }

    /**
     * Whether the transaction was chosen to end a deadlock: another attempt may succeed.
     *
     * @param failure
     *            what was thrown
     *
     * @return whether the state is {@value #DEADLOCK}
     */
    public static boolean isDeadlock(Throwable failure) {
        return DEADLOCK.equals(of(failure));
    }
}
