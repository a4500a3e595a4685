package ulens.gateway.flow;

import io.helidon.config.Config;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.Gateway;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.dev.EmbeddedBroker;
import ulens.gateway.dev.EmbeddedDatabase;
import ulens.gateway.fixture.BrokerDialect;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.PgBouncer;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestServices;
import ulens.gateway.fixture.TestTokens;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The gateway in a database of its own, with different content of schema public, directly and behind a bouncer: where
 * it creates its tables, and that everything works there.
 */
class OwnDatabaseTest {
    private static final String TABLES = "select string_agg(table_name, ' ' order by table_name)"
            + " from information_schema.tables where table_name <> 'flyway_schema_history' and table_schema = ";
    // a table of another application with the name of one of ours
    private static final String OLD_BACKEND = "create table public.notification (id bigint primary key, text text);"
            + " create table public.inbox (id bigint, title text); create table public.node (id bigint);"
            + " create table public.outbox (id bigint, payload text); insert into public.inbox values (1, 'theirs')";

    private static EmbeddedDatabase server;

    @TempDir
    private static Path folder;

    private final String user = "user-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void empty() {
        sql("drop schema if exists ulens cascade; drop schema public cascade; create schema public");
    }

    @Test
    void aNewInstallationHasASchemaOfItsOwnBesideTheTablesOfAnOldBackend() {
        sql(OLD_BACKEND);
        deliversARow(Map.of());
        assertThat(query("select user_id from ulens.delivery where read_at is not null")).containsExactly(user);
        assertThat(query("select title from public.inbox")).containsExactly("theirs");
        assertThat(query(TABLES + "'public'")).containsExactly("inbox node notification outbox");
        // and it is found again
        deliversARow(Map.of());
        assertThat(query("select count(*)::text from ulens.inbox")).containsExactly("1");
    }

    @Test
    void anInstallationOfAnOlderReleaseStaysInPublic() {
        deliversARow(Map.of("DATABASE_SCHEMA", "public"));
        deliversARow(Map.of());
        assertThat(query("select count(*)::text from public.inbox")).containsExactly("1");
        assertThat(query("select count(*)::text from pg_namespace where nspname = 'ulens'")).containsExactly("0");
    }

    /** The bouncer refuses settings of a session, as by default, or does not pass them on. */
    @ParameterizedTest
    @ValueSource(strings = { "application_name_add_host = 0",
            "ignore_startup_parameters = options,extra_float_digits,search_path" })
    void behindABouncerInTransactionModeEverythingWorks(String line) {
        sql(OLD_BACKEND);
        try (PgBouncer bouncer = new PgBouncer(server.port(), line)) {
            Map<String, String> through = Map.of("DATABASE_URL",
                    "postgresql://gateway@127.0.0.1:" + bouncer.port() + "/gateway");
            for (int i = 0; i < 3; i++) {
                deliversARow(through);
            }
            assertThat(query("select count(*)::text from ulens.delivery where read_at is not null"))
                    .containsExactly("3");
            // settings of Flyway's session must not remain in sessions of other clients
            for (int i = 0; i < 10; i++) {
                assertThat(query(
                        "jdbc:postgresql://127.0.0.1:" + bouncer.port() + "/gateway?user=gateway&prepareThreshold=0",
                        "show search_path")).containsExactly("\"$user\", public");
            }
            assertThat(query(TABLES + "'public'")).containsExactly("inbox node notification outbox");
            assertThat(bouncer.log()).doesNotContain("prepared statement");
        }
    }

    @Test
    void aLockedRowBehindABouncerDelaysNobodyElsesMarks() throws SQLException {
        String other = user + "-other";
        try (PgBouncer bouncer = new PgBouncer(server.port());
                TestBroker broker = new TestBroker();
                Gateway gateway = started(broker,
                        Map.of("DATABASE_URL", "postgresql://gateway@127.0.0.1:" + bouncer.port() + "/gateway"));
                Connection dba = DriverManager.getConnection(server.jdbcUrl())) {
            broker.publish(user, 1, 1);
            broker.publish(other, 1, 1);
            await().atMost(TestClient.PATIENCE)
                    .until(() -> query("select count(*)::text from ulens.delivery").equals(List.of("2")));
            dba.setAutoCommit(false);
            dba.createStatement().execute("select from ulens.delivery where user_id = '" + user + "' for update");
            try (TestClient first = TestClient.connect(gateway.port(), TestTokens.of(user));
                    TestClient second = TestClient.connect(gateway.port(), TestTokens.of(other))) {
                first.subscribe();
                first.await("NEW_NOTIFICATION");
                second.subscribe();
                second.await("NEW_NOTIFICATION");
                await().atMost(TestClient.PATIENCE)
                        .until(() -> query("select user_id from ulens.delivery where delivered_at is not null")
                                .equals(List.of(other)));
                dba.rollback();
                await().atMost(TestClient.PATIENCE)
                        .until(() -> query("select count(*)::text from ulens.delivery where delivered_at is not null")
                                .equals(List.of("2")));
            }
        }
    }

    @Test
    void transactionsBehindABouncerHaveTheirTimeLimits() {
        try (PgBouncer bouncer = new PgBouncer(server.port());
                ulens.gateway.database.Database database = ulens.gateway.database.Database.open(
                        GatewayConfig.read(Config.empty(), Map.of("DEV_MODE", "on", "DATABASE_TIMEOUT", "3s"))
                                .database(),
                        ulens.gateway.config.DatabaseUrl
                                .parse("postgresql://gateway@127.0.0.1:" + bouncer.port() + "/gateway"))) {
            var transaction = database.client().transaction();
            assertThat(transaction
                    .createGet("select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')"
                            + " || ' ' || current_setting('idle_in_transaction_session_timeout')")
                    .execute().orElseThrow().column(1).get(String.class)).isEqualTo("6s 250ms 6s");
            transaction.rollback();
        }
    }

    @Test
    void everyTableIsOneThatStatementsGetASchemaFor() {
        deliversARow(Map.of());
        assertThat(query("select table_name from information_schema.tables where table_schema = 'ulens'"
                + " and table_type = 'BASE TABLE' and table_name <> 'flyway_schema_history'"))
                        .isSubsetOf(ulens.gateway.database.SchemaTest.tables());
    }

    /** Publishes, receives, reads, and sees that the event of the read has gone out. */
    private void deliversARow(Map<String, String> more) {
        String someone = more.containsKey("DATABASE_URL") ? user + UUID.randomUUID() : user;
        long id = System.nanoTime();
        try (TestBroker broker = new TestBroker();
                Gateway gateway = started(broker, more)) {
            broker.publish(someone, id, id);
            try (TestClient client = TestClient.connect(gateway.port(), TestTokens.of(someone))) {
                client.subscribe();
                client.await("NEW_NOTIFICATION");
                client.read(id);
                await().atMost(TestClient.PATIENCE)
                        .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_events_published_total") > 0);
            }
        }
    }

    private static Gateway started(TestBroker broker, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("PORT", "0", "OPS_PORT", "0", "HOST", "127.0.0.1",
                "ACCESS_SECRET_KEY", TestTokens.SECRET, "RMQ_URL", TestServices.broker(), "RMQ_QUEUE", broker.queue(),
                "DELIVERY_CONFIRM_AFTER", "20ms", "OUTBOX_POLL_INTERVAL", "100ms", "DATABASE_URL", server.jdbcUrl()));
        environment.putAll(more);
        UnaryOperator<Map<String, Object>> dialect = TestServices.realBroker() ? UnaryOperator.identity()
                : EmbeddedBroker::queueArguments;
        Gateway gateway = Gateway.start(GatewayConfig.read(Config.empty(), environment), new BrokerDialect(dialect));
        await().atMost(TestClient.PATIENCE).until(() -> gateway.connected());
        return gateway;
    }

    private static void sql(String text) {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            connection.createStatement().execute(text);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static List<String> query(String text) {
        return query(server.jdbcUrl(), text);
    }

    private static List<String> query(String url, String text) {
        try (Connection connection = DriverManager.getConnection(url);
                ResultSet rows = connection.createStatement().executeQuery(text)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
