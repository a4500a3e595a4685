package ulens.gateway.documents;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ulens.gateway.fixture.TestDatabase;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The SQL of docs/dba.md runs, on tables that were created by hand as described there. Each block runs in a transaction
 * that is rolled back, with its schema, role and database replaced by those of the test.
 */
class DocumentedSqlTest {
    private static final String PAGE = Documents.page("dba.md");
    private static TestDatabase database;

    @BeforeAll
    static void applyTheMigrationsByHand() throws SQLException {
        database = new TestDatabase();
        String schema = database.column("select current_schema()").getFirst();
        assertThat(PAGE).contains("`set local search_path to ulens`");
        for (Path file : Documents.texts(Path.of("db", "migration"), 1, ".sql")) {
            try (Connection connection = database.connection()) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("set local search_path to " + schema);
                connection.createStatement().execute(Documents.read(file));
                connection.commit();
            }
        }
        database.execute("insert into inbox (user_id, last_seq, unread) values ('u-1', 4, 2)");
        database.execute("""
                insert into delivery (user_id, seq, notification_id, message, sent_at, received_at, read_at)
                values ('u-1', 1, 41, 'read long ago', now(), now() - interval '2 years', now() - interval '1 year'),
                       ('u-1', 2, 42, 'unread for long', now(), now() - interval '2 years', null),
                       ('u-1', 3, 43, 'just read', now(), now(), now()),
                       ('u-1', 4, 44, 'new', now(), now(), null)""");
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    static List<String> blocks() {
        return Documents.blocks(PAGE, "sql");
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void everyBlockRuns(String block) throws SQLException {
        try (Connection connection = inTransaction()) {
            run(connection, block);
            connection.rollback();
        }
    }

    @Test
    void whatWasReadLongAgoGoesWithTheFirstBlockOfRetentionAndWhatIsUnreadForLongWithTheSecond() throws SQLException {
        List<String> retention = blocks().stream().filter(block -> block.contains("delete from delivery"))
                .filter(block -> block.contains("interval")).toList();
        assertThat(retention).hasSize(2);
        try (Connection connection = inTransaction()) {
            run(connection, retention.getFirst());
            assertThat(text(connection, "select string_agg(message, ', ' order by seq) from delivery"))
                    .isEqualTo("unread for long, just read, new");
            run(connection, retention.getLast());
            assertThat(text(connection, "select string_agg(message, ', ' order by seq) from delivery"))
                    .isEqualTo("just read, new");
            assertThat(text(connection, "select unread from inbox")).isEqualTo("1");
            assertThat(text(connection, "select count(*) from unread_mismatch")).isEqualTo("0");
            connection.rollback();
        }
    }

    @Test
    void nothingIsLeftOfAUserWhoIsErased() throws SQLException {
        String erasing = blocks().stream().filter(block -> block.contains("delete from inbox")).findFirst()
                .orElseThrow();
        try (Connection connection = inTransaction()) {
            connection.createStatement()
                    .execute("insert into outbox (routing_key, payload) values ('notification.read',"
                            + " '{\"userId\": \"u-1\"}'), ('notification.read', '{\"userId\": \"u-2\"}')");
            run(connection, erasing);
            assertThat(text(connection, "select (select count(*) from inbox) + (select count(*) from delivery)"))
                    .isEqualTo("0");
            assertThat(text(connection, "select string_agg(payload ->> 'userId', ' ') from outbox")).isEqualTo("u-2");
            connection.rollback();
        }
    }

    @Test
    void theTablesAndViewsOfThePageAreThoseOfTheDatabase() {
        List<String> there = database.column("select relname from pg_class where relnamespace ="
                + " current_schema()::regnamespace and relkind in ('r', 'v')");
        assertThat(Documents.found("(?m)^\\| `(\\w+)` \\|", PAGE)).containsExactlyInAnyOrderElementsOf(there);
    }

    private static Connection inTransaction() throws SQLException {
        Connection connection = database.connection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void run(Connection connection, String block) throws SQLException {
        String schema = text(connection, "select quote_ident(current_schema())");
        String role = text(connection, "select quote_ident(current_user)");
        String name = text(connection, "select quote_ident(current_database())");
        connection.createStatement()
                .execute(block.replaceAll("(?m)^(begin|commit);$", "")
                        .replace("in database ulens", "in database " + name).replaceAll("\\bulens\\b", schema)
                        .replace("gateway_app", role));
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
