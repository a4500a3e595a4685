package ulens.gateway;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.jdbc.CloseableJdbcConnectionPool;
import io.helidon.dbclient.jdbc.JdbcClientBuilder;
import org.flywaydb.core.Flyway;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** The connections to PostgreSQL and the tables in it. */
final class Database implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Database.class.getName());

    private final HikariDataSource pool;
    private final DbClient client;

    private Database(HikariDataSource pool) {
        this.pool = pool;
        this.client = JdbcClientBuilder.create().connectionPool(new Connections(pool)).build();
    }

    /** A pool that opens its connections when they are asked for; the database need not be there yet. */
    static Database open(GatewayConfig.Database config, DatabaseUrl url) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("database");
        hikari.setJdbcUrl(url.jdbcUrl());
        url.user().ifPresent(hikari::setUsername);
        url.password().ifPresent(hikari::setPassword);
        hikari.setMaximumPoolSize(config.poolSize());
        hikari.setConnectionTimeout(config.timeout().toMillis());
        hikari.setValidationTimeout(Math.min(2_000, config.timeout().toMillis()));
        hikari.setInitializationFailTimeout(-1);
        hikari.setExceptionOverrideClassName(ReadOnlySession.class.getName());
        long seconds = Math.max(1, config.timeout().toSeconds());
        hikari.addDataSourceProperty("ApplicationName", "ulens-gateway");
        hikari.addDataSourceProperty("connectTimeout", Long.toString(seconds));
        // longer than the server's own limit, so that it is the server that ends a slow statement
        hikari.addDataSourceProperty("socketTimeout", Long.toString(seconds * 2 + 1));
        hikari.addDataSourceProperty("tcpKeepAlive", "true");
        // the details of a refused row hold its text, and failures are logged
        hikari.addDataSourceProperty("logServerErrorDetail", "false");
        hikari.addDataSourceProperty("prepareThreshold", "3");
        hikari.addDataSourceProperty("options", "-c statement_timeout=" + config.timeout().toMillis() * 2
                + " -c lock_timeout=" + config.timeout().toMillis()
                // a transaction whose connection is half-open must not keep its locks
                + " -c idle_in_transaction_session_timeout=" + config.timeout().toMillis() * 2);
        return new Database(new HikariDataSource(hikari));
    }

    /** Creates or updates the tables, on a connection of its own that has no limits on statements. */
    static void migrate(DatabaseUrl url) {
        int applied = Flyway.configure().dataSource(url.jdbcUrl(), url.user().orElse(null), url.password().orElse(null))
                .locations("classpath:db/migration").load().migrate().migrationsExecuted;
        if (applied > 0) {
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][DB] {0} migrations applied", applied);
        }
    }

    DbClient client() {
        return client;
    }

    /** {@return whether the database answers within the time} */
    boolean answers(Duration within) {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid((int) Math.max(1, within.toSeconds()));
        } catch (SQLException _) {
            return false;
        }
    }

    /** {@return connections in use now} */
    int connectionsInUse() {
        return pool.getHikariPoolMXBean() == null ? 0 : pool.getHikariPoolMXBean().getActiveConnections();
    }

    /** {@return threads that wait for a connection now} */
    int connectionsAwaited() {
        return pool.getHikariPoolMXBean() == null ? 0 : pool.getHikariPoolMXBean().getThreadsAwaitingConnection();
    }

    @Override
    public void close() {
        pool.close();
    }

    private record Connections(HikariDataSource pool) implements CloseableJdbcConnectionPool {
        @Override
        public Connection connection() {
            try {
                return pool.getConnection();
            } catch (SQLException failure) {
                throw new DbClientException("No connection to the database", failure);
            }
        }

        @Override
        public String dbType() {
            return "jdbc:postgresql";
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
