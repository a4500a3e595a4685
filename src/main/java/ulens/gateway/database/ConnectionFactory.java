package ulens.gateway.database;

import org.jspecify.annotations.Nullable;
import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.config.DatabaseUrl;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Opens connections. PostgreSQL gets the time limits of the session with the startup packet. A bouncer in transaction
 * mode (PgBouncer) may run every transaction in another session, so behind it the limits are set for each transaction,
 * and no statement is prepared under a name. A bouncer is detected because it refuses the limits or does not pass them
 * on.
 */
final class ConnectionFactory implements DataSource {
    private static final String STATEMENT_TIMEOUT = "statement_timeout";

    private final DatabaseUrl url;
    private final DatabaseConfig config;
    private final boolean limited;
    private final UnaryOperator<String> change;
    private volatile boolean bounced;

    private ConnectionFactory(DatabaseUrl url, DatabaseConfig config, boolean limited, boolean bounced,
            UnaryOperator<String> change) {
        this.url = url;
        this.config = config;
        this.limited = limited;
        this.bounced = bounced;
        this.change = change;
    }

    static ConnectionFactory of(DatabaseUrl url, DatabaseConfig config) {
        return new ConnectionFactory(url, config, true, config.bouncer() == DatabaseConfig.Bouncer.ON,
                UnaryOperator.identity());
    }

    /** {@return a data source for migrations: without time limits on statements, and with their text changed} */
    DataSource unlimited(UnaryOperator<String> changed) {
        return new ConnectionFactory(url, config, false, bounced, changed);
    }

    /**
     * {@return whether there is a bouncer, so that one connection may use several sessions; known after the first
     * connection}
     */
    boolean bounced() {
        return bounced;
    }

    /** {@return the statement that sets the time limits of a transaction; it must be the first one in it} */
    String transactionLimits() {
        return limits().entrySet().stream().map(limit -> "set local " + limit.getKey() + " = " + limit.getValue())
                .collect(Collectors.joining("; "));
    }

    /**
     * {@return the time limits in milliseconds, by PostgreSQL's names} They also end a transaction whose connection is
     * half-open, which frees its locks.
     */
    private SortedMap<String, Long> limits() {
        long statement = config.timeout().toMillis() * 2;
        return new TreeMap<>(Map.of(STATEMENT_TIMEOUT, statement, "lock_timeout", config.lockTimeout().toMillis(),
                "idle_in_transaction_session_timeout", statement));
    }

    @Override
    public Connection getConnection() throws SQLException {
        return limited ? opened() : PreparedConnection.of(opened(), change, Optional.empty());
    }

    private Connection opened() throws SQLException {
        try {
            Connection connection = DriverManager.getConnection(url.jdbcUrl(), properties());
            if (limited && config.bouncer() == DatabaseConfig.Bouncer.AUTO && !bounced && !limitsHold(connection)) {
                connection.close();
                bounced = true;
                return DriverManager.getConnection(url.jdbcUrl(), properties());
            }
            return connection;
        } catch (SQLException failure) {
            if (bounced || config.bouncer() != DatabaseConfig.Bouncer.AUTO || !Trouble.isBouncer(failure)) {
                throw failure;
            }
            bounced = true;
            return DriverManager.getConnection(url.jdbcUrl(), properties());
        }
    }

    private boolean limitsHold(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet limit = statement
                        .executeQuery("select setting from pg_settings where name = '" + STATEMENT_TIMEOUT + "'")) {
            return limit.next() && limit.getString(1).equals(String.valueOf(limits().get(STATEMENT_TIMEOUT)));
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    private Properties properties() {
        long seconds = Math.max(1, config.timeout().toSeconds());
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "ulens-gateway");
        properties.setProperty("connectTimeout", Long.toString(seconds));
        if (limited) {
            // longer than the server's own limit, so that the server ends a slow statement first
            properties.setProperty("socketTimeout", Long.toString(seconds * 2 + 1));
        }
        properties.setProperty("tcpKeepAlive", "true");
        // the details of an error may hold the text of a row, and failures are logged
        properties.setProperty("logServerErrorDetail", "false");
        properties.setProperty("prepareThreshold", "3");
        properties.putAll(url.properties());
        if (bounced) {
            properties.setProperty("prepareThreshold", "0");
        } else if (limited) {
            properties.setProperty("options",
                    limits().entrySet().stream().map(limit -> " -c " + limit.getKey() + "=" + limit.getValue())
                            .collect(Collectors.joining("", url.properties().getOrDefault("options", ""), "")));
        }
        return properties;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("one user only");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // the driver logs in its own way
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // the property connectTimeout is used instead
    }

    @Override
    public int getLoginTimeout() {
        // in seconds; the pool also waits this long for its own threads to end, and logs a warning if they do not
        return (int) Math.max(1, config.timeout().toSeconds());
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no logger");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
