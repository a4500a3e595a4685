package ulens.gateway;

import com.zaxxer.hikari.SQLExceptionOverride;

import java.sql.SQLException;

/**
 * Takes a connection out of the pool whose session can only read. A session keeps that property though its database may
 * be writable again (a failover, {@code alter database}), so only a new one finds out.
 */
public final class ReadOnlySession implements SQLExceptionOverride {
    private static final String READ_ONLY = "25006";

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return READ_ONLY.equals(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
