package ulens.gateway.database;

import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.config.DatabaseUrl;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Waits until the database can be used, and logs the reason: at first, when it changes, and every minute. A problem
 * that waiting can't solve ends the start.
 */
final class Start {
    private static final System.Logger LOGGER = System.getLogger(Start.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final long REPEAT_NANOS = Duration.ofMinutes(1).toNanos();

    private final DatabaseConfig config;
    private final DatabaseUrl url;
    private String said = "";
    private long saidAt;

    /**
     * The usable database.
     *
     * @param sessions
     *            opens connections
     * @param schema
     *            schema of the tables
     */
    record Session(ConnectionFactory sessions, Schema schema) {
    }

    Start(DatabaseConfig config, DatabaseUrl url) {
        this.config = config;
        this.url = url;
    }

    /**
     * Blocks until the database can be used.
     *
     * @return how to connect, and the schema of the tables
     *
     * @throws DatabaseRefusedException
     *             if waiting does not help
     */
    Session await() {
        ConnectionFactory sessions = ConnectionFactory.of(url, config);
        while (true) {
            try {
                return prepare(sessions);
            } catch (SQLException failure) {
                Trouble trouble = Trouble.of(failure);
                if (trouble.lasting()) {
                    throw new DatabaseRefusedException(
                            "PostgreSQL refuses DATABASE_URL (" + url + "): " + trouble.reason() + hint(failure),
                            failure);
                }
                say(trouble.reason());
                pause();
            }
        }
    }

    private Session prepare(ConnectionFactory sessions) throws SQLException {
        Session session;
        try (Connection connection = sessions.getConnection()) {
            Schema schema = config.schema().or(url::schema).map(Schema::new).orElse(null);
            session = new Session(sessions, schema == null ? Schema.find(connection) : schema);
            if (config.migrate()) {
                create(session.schema(), connection);
            }
        }
        if (config.migrate()) {
            Migrations.apply(sessions, session.schema());
        }
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][DB] connected to {0}, schema {1}{2}", url,
                session.schema().name(),
                sessions.bounced()
                        ? ", through a bouncer: no prepared statements, time limits are set for each transaction"
                        : "");
        return session;
    }

    private static void create(Schema schema, Connection connection) throws SQLException {
        if (schema.exists(connection)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema.quoted());
        } catch (SQLException failure) {
            // another node may have created it in the meantime
            if (!schema.exists(connection)) {
                throw failure;
            }
        }
    }

    /** {@return advice to add to the message if the user lacks the right to create the schema or the tables} */
    private String hint(SQLException failure) {
        return "42501".equals(failure.getSQLState()) && config.migrate()
                ? "; to migrate, the role needs a schema of its own (create schema " + Schema.DEFAULT
                        + " authorization <role>, see DATABASE_SCHEMA); with DATABASE_MIGRATE=false it needs no such right"
                : "";
    }

    private void say(String reason) {
        long now = System.nanoTime();
        if (!reason.equals(said) || now - saidAt > REPEAT_NANOS) {
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][DB] waiting for {0}: {1}", url, reason);
            said = reason;
            saidAt = now;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the database", interrupted);
        }
    }
}
