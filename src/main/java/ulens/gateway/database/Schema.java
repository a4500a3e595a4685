package ulens.gateway.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The schema of the gateway's tables. Statements are written without it, so that they stay readable, and it is added
 * when they are prepared: before each table of {@link #TABLES} that follows {@code from}, {@code join}, {@code into},
 * {@code update} or {@code using}. Elsewhere, for example before a function, a statement writes <code>{schema}.</code>
 * itself. A search path can't be used, since a bouncer does not keep it.
 *
 * @param name
 *            name as in the catalogue, without quotes
 */
record Schema(String name) {
    /** The schema of a new installation. */
    static final String DEFAULT = "ulens";

    /** All tables of db/migration, and the views that the gateway itself reads. */
    static final List<String> TABLES = List.of("inbox", "delivery", "outbox", "client_session", "node",
            "intake_suspect", "database_generation", "generation_now");

    private static final Pattern NAMED = Pattern.compile(
            "\\b(from|join|into|update|using)(\\s+)(?=(?:" + String.join("|", TABLES) + ")\\b)|\\{schema}\\.",
            Pattern.CASE_INSENSITIVE);
    // bounded, since all statements are constants of the code
    private static final Map<String, String> QUALIFIED = new ConcurrentHashMap<>();

    // our schema, or the first one of the search path, where older releases created the tables
    private static final String FIND = """
            select s.name
            from unnest(array[?::name] || current_schemas(false)) with ordinality as s(name, place)
            join pg_catalog.pg_namespace n on n.nspname = s.name
            where (select count(*)
                   from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
                   where c.relnamespace = n.oid and c.relkind in ('r', 'p')
                     and (c.relname, a.attname) in (('inbox', 'last_seq'), ('delivery', 'notification_id'),
                                                    ('outbox', 'claimed_until'))) = 3
            order by s.place limit 1
            """;

    /** {@return the schema in which this or an older release has created the tables; a new schema if there are none} */
    static Schema find(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, DEFAULT);
            try (ResultSet found = statement.executeQuery()) {
                return new Schema(found.next() ? found.getString(1) : DEFAULT);
            }
        }
    }

    /** {@return whether the schema exists} */
    boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection
                .prepareStatement("select from pg_catalog.pg_namespace where nspname = ?")) {
            statement.setString(1, name);
            try (ResultSet found = statement.executeQuery()) {
                return found.next();
            }
        }
    }

    /** {@return the statement with this schema before the names of our tables} */
    String qualify(String sql) {
        return QUALIFIED.computeIfAbsent(quoted() + ' ' + sql,
                _ -> NAMED.matcher(sql).replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) == null ? quoted() + "." : found.group(1) + found.group(2) + quoted() + ".")));
    }

    String quoted() {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
