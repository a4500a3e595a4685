package ulens.gateway.database;

import com.zaxxer.hikari.SQLExceptionOverride;

import java.sql.SQLException;

/**
 * Removes a connection from the pool if its session is read-only. A session stays read-only even when its database is
 * writable again (after a failover or {@code alter database}), so a new session is needed.
 */
public final class ReadOnlySession implements SQLExceptionOverride {
    private static final String READ_ONLY = "25006";

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return READ_ONLY.equals(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
