package ulens.gateway.database;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbTransaction;

import java.util.function.Function;

/** Runs statements in one transaction. */
public final class Transaction {
    private Transaction() {
    }

    /**
     * Runs statements, then commits. Any exception rolls back.
     *
     * @param database
     *            the database
     * @param statements
     *            run the statements on the given transaction, which must not be used after they return
     * @param <T>
     *            type of the result
     *
     * @return the result of the statements, after the commit
     *
     * @throws DbClientException
     *             unchanged, with the driver's exception as cause. If the commit fails, it is not known whether the
     *             transaction took place
     */
    public static <T> T run(DbClient database, Function<DbTransaction, T> statements) {
        DbTransaction transaction = database.transaction();
        boolean done = false;
        try {
            T answer = statements.apply(transaction);
            // a failed commit ends the transaction as well, so there is nothing to roll back
            done = true;
            transaction.commit();
            return answer;
        } finally {
            if (!done) {
                rollback(transaction);
            }
        }
    }

    private static void rollback(DbTransaction transaction) {
        try {
            transaction.rollback();
        } catch (DbClientException | IllegalStateException _) {
            // the original failure is the one to report; the pool discards a broken connection
        }
    }
}
