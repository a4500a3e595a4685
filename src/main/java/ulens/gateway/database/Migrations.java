package ulens.gateway.database;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import ulens.gateway.work.SqlState;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Creates and updates the tables, on connections that have no limits on statements. */
final class Migrations {
    private static final System.Logger LOGGER = System.getLogger(Migrations.class.getName());
    private static final Set<MigrationState> NEWER = Set.of(MigrationState.FUTURE_SUCCESS,
            MigrationState.FUTURE_FAILED);
    private static final String PATH_OF_SESSION = "set_config('search_path', ?, false)";
    private static final String PATH_OF_TRANSACTION = "set_config('search_path', ?, true)";

    private Migrations() {
    }

    /**
     * Brings the schema up to date.
     *
     * @throws DatabaseRefusedException
     *             if the schema can't be updated, and waiting does not help
     * @throws SQLException
     *             if a later try may succeed
     */
    static void apply(ConnectionFactory sessions, Schema schema) throws SQLException {
        Flyway flyway = Flyway.configure().dataSource(sessions.unlimited(Migrations::local))
                .defaultSchema(schema.name()).createSchemas(false).callbacks(new Path(schema))
                .locations("classpath:db/migration").load();
        try {
            refuseNewer(flyway);
            int applied = flyway.migrate().migrationsExecuted;
            if (applied > 0) {
                LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][DB] {0} migrations applied", applied);
            }
        } catch (FlywayException failure) {
            Optional<SQLException> cause = SqlState.cause(failure);
            if (cause.isPresent()) {
                throw cause.get();
            }
            throw new DatabaseRefusedException("the tables can't be brought up to date: " + failure.getMessage(),
                    failure);
        }
    }

    /** Refuses tables of a newer release, since this release does not know their rules. */
    private static void refuseNewer(Flyway flyway) {
        Arrays.stream(flyway.info().all()).filter(each -> NEWER.contains(each.getState()))
                .map(MigrationInfo::getVersion).reduce((_, last) -> last).ifPresent(version -> {
                    throw new DatabaseRefusedException(
                            "the tables are of a newer release (migration " + version
                                    + "): start that release, or, to go back on purpose, set DATABASE_MIGRATE=false",
                            null);
                });
    }

    /**
     * Flyway sets the search path for its session. Behind a bouncer the next transaction may run in another session, so
     * the path is set per transaction instead: here for Flyway's own statements, below for each migration.
     */
    private static String local(String sql) {
        return sql.replace(PATH_OF_SESSION, PATH_OF_TRANSACTION);
    }

    private static final class Path extends BaseCallback {
        private final Schema schema;

        private Path(Schema schema) {
            this.schema = schema;
        }

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_EACH_MIGRATE;
        }

        @Override
        public void handle(Event event, Context context) {
            Connection connection = context.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local search_path to " + schema.quoted());
            } catch (SQLException failure) {
                throw new FlywayException("the search path can't be set", failure);
            }
        }
    }
}
