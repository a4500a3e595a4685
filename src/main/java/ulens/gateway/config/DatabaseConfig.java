package ulens.gateway.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings of PostgreSQL.
 *
 * @param url
 *            where the database is; empty for the embedded one
 * @param poolSize
 *            most connections
 * @param timeout
 *            longest wait for a connection, and for an answer on it
 * @param lockTimeout
 *            longest wait for a row that another transaction has locked; after it, the work for that row is set aside
 * @param migrate
 *            whether the gateway creates and updates the tables at start
 * @param schema
 *            schema of the tables; empty: the schema in which they are found, or a new schema of the gateway's own
 * @param bouncer
 *            whether there is a connection pooler in transaction mode (PgBouncer) before the database
 */
public record DatabaseConfig(Optional<DatabaseUrl> url, int poolSize, Duration timeout, Duration lockTimeout,
        boolean migrate, Optional<String> schema, Bouncer bouncer) {

    private static final Pattern SCHEMA = Pattern.compile("(?!pg_)[\\p{L}_][\\p{L}\\p{N}_$]{0,62}");
    private static final String SCHEMA_EXPECTED = "a name of letters, digits and underscores that begins with a letter";

    /** Whether there is a connection pooler in transaction mode before the database. */
    public enum Bouncer {
        /** The gateway finds out at the start. */
        AUTO,
        /** There is one. */
        ON,
        /** There is none. */
        OFF
    }

    static DatabaseConfig read(Knobs knobs) {
        return new DatabaseConfig(knobs.secret("database.url",
                "postgresql://user:password@host:port/database or a JDBC URL of PostgreSQL", DatabaseUrl::parse),
                knobs.integer("database.pool-size", 10, 2, 500),
                knobs.duration("database.timeout", Duration.ofSeconds(5), Duration.ofMillis(250),
                        Duration.ofSeconds(300)),
                knobs.duration(
                        "database.lock-timeout", Duration.ofMillis(250), Duration.ofMillis(10), Duration.ofSeconds(60)),
                knobs.yesOrNo("database.migrate", true),
                knobs.optional("database.schema", SCHEMA_EXPECTED,
                        value -> SCHEMA.matcher(value).matches() ? value : null),
                knobs.choice("database.bouncer", Bouncer.AUTO,
                        Map.of("auto", Bouncer.AUTO, "on", Bouncer.ON, "off", Bouncer.OFF)));
    }
}
