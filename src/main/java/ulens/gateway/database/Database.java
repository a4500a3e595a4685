package ulens.gateway.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.jdbc.CloseableJdbcConnectionPool;
import io.helidon.dbclient.jdbc.JdbcClientBuilder;
import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.config.DatabaseUrl;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The connections to PostgreSQL and the tables in it. */
public final class Database implements Measured, AutoCloseable {
    private final HikariDataSource pool;
    private final DbClient client;
    private final String schema;

    private Database(HikariDataSource pool, Start.Session session) {
        this.pool = pool;
        this.schema = session.schema().name();
        this.client = JdbcClientBuilder.create().connectionPool(new Connections(pool, session.schema()::qualify,
                session.sessions().bounced() ? Optional.of(session.sessions().transactionLimits()) : Optional.empty()))
                .build();
    }

    /**
     * Waits for the database, creates or updates the tables if configured, and opens a pool.
     *
     * @param config
     *            size of the pool, time limits, and whether to migrate
     * @param url
     *            where the database is
     *
     * @return the pool
     *
     * @throws DatabaseRefusedException
     *             if the database can't be used, and waiting does not help
     */
    public static Database open(DatabaseConfig config, DatabaseUrl url) {
        Start.Session session = new Start(config, url).await();
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("database");
        hikari.setDataSource(session.sessions());
        hikari.setMaximumPoolSize(config.poolSize());
        hikari.setConnectionTimeout(config.timeout().toMillis());
        hikari.setValidationTimeout(Math.min(2_000, config.timeout().toMillis()));
        hikari.setInitializationFailTimeout(-1);
        hikari.setExceptionOverrideClassName(ReadOnlySession.class.getName());
        return new Database(new HikariDataSource(hikari), session);
    }

    /** {@return the schema that the tables are in} */
    public String schema() {
        return schema;
    }

    /** {@return the client that runs statements on the pool; statements name tables without their schema} */
    public DbClient client() {
        return client;
    }

    /**
     * Checks that the database answers.
     *
     * @param within
     *            the longest wait for an answer, once there is a connection
     *
     * @return whether the answer came in time
     */
    public boolean answers(Duration within) {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid((int) Math.max(1, within.toSeconds()));
        } catch (SQLException _) {
            return false;
        }
    }

    /** {@return whether it answers within a second, once there is a connection} */
    public boolean answers() {
        return answers(Duration.ofSeconds(1));
    }

    @Override
    public void register(Meters meters) {
        meters.gauge("database_connections_in_use", "Connections of the pool that are in use", this::connectionsInUse)
                .gauge("database_connections_awaited", "Threads that wait for a connection of the pool",
                        this::connectionsAwaited);
    }

    private int connectionsInUse() {
        return pool.getHikariPoolMXBean() == null ? 0 : pool.getHikariPoolMXBean().getActiveConnections();
    }

    private int connectionsAwaited() {
        return pool.getHikariPoolMXBean() == null ? 0 : pool.getHikariPoolMXBean().getThreadsAwaitingConnection();
    }

    @Override
    public void close() {
        pool.close();
    }

    /**
     * Adapts HikariCP to Helidon's client. {@code helidon-dbclient-hikari} is not used: it builds its pool from a URL,
     * a user, a password and properties, gives no access to the pool, and its failures name the URL, which may hold a
     * password. Here {@link ConnectionFactory} opens the connections (it detects a bouncer and sets time limits),
     * statements are changed before they run, and the pool's metrics can be read.
     */
    private record Connections(HikariDataSource pool, UnaryOperator<String> change, Optional<String> begin)
            implements CloseableJdbcConnectionPool {
        @Override
        public Connection connection() {
            try {
                return PreparedConnection.of(pool.getConnection(), change, begin);
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
