package ulens.gateway.flow;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ulens.gateway.Gateway;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A failure of background work is logged, counted and shown in health, and so is its end. */
class BackgroundFailureTest {
    private static final Logger LOGGER = Logger.getLogger("ulens.gateway");
    private static final Lines LINES = new Lines();
    private static TestGateway owner;
    private static String role;
    private static Gateway gateway;

    private long last = 1_000;
    private final String user = "user-" + UUID.randomUUID();

    /** A revoked grant, the task that fails without it, and an action that triggers the task. */
    enum Fault {
        MARKING("update on delivery", "mark-delivered",
                test -> owner.broker().publish(test.user, ++test.last, test.last)),
        SESSIONS("insert on client_session", "write-client-sessions", test -> test.withClient(TestClient::subscribe)),
        OUTBOX("delete on outbox", "publish-outbox", test -> test.withClient(client -> client.read(1L))),
        HEARTBEAT("insert on node", "node-heartbeat", _ -> {
        }),
        SETTLED("update (settled_seq) on inbox", "note-settled-rows", test -> test.withClient(TestClient::subscribe)),
        RECEIPTS("insert on outbox", "read-receipts", test -> test.withClient(client -> client.read(1L))),
        INTAKE("insert on delivery", "store-messages",
                test -> owner.broker().publish(test.user, ++test.last, test.last)),
        REPLAY("select on generation_now", "replay",
                test -> test.withClient(client -> client.socket().emit("SUBSCRIBE_NOTIFICATIONS")));

        private final String grant;
        private final String task;
        private final Consumer<BackgroundFailureTest> provoked;

        Fault(String grant, String task, Consumer<BackgroundFailureTest> provoked) {
            this.grant = grant;
            this.task = task;
            this.provoked = provoked;
        }
    }

    @BeforeAll
    static void start() {
        owner = new TestGateway(Map.of("HEALTH_DEGRADED_AFTER", "500ms"));
        owner.stop();
        TestDatabase database = owner.database();
        boolean superuser = database
                .number("select count(*) from pg_user where usename = current_user and usesuper") > 0;
        // a superuser may do everything, whatever is revoked; an owner can take grants from itself
        role = superuser ? "gateway_" + UUID.randomUUID().toString().replace("-", "")
                : database.column("select current_user").getFirst();
        if (superuser) {
            String schema = database.column("select current_schema()").getFirst();
            database.execute("create role " + role + " login password 'p'");
            database.execute("grant usage on schema " + schema + " to " + role);
            database.execute("grant select, insert, update, delete on all tables in schema " + schema + " to " + role);
            database.execute("grant usage, select on all sequences in schema " + schema + " to " + role);
        }
        List<String> columns = database.column("select attname from pg_attribute where attrelid = 'inbox'::regclass"
                + " and attnum > 0 and not attisdropped");
        database.execute("revoke update on inbox from " + role);
        database.execute("grant update (" + String.join(", ", columns) + ") on inbox to " + role);
        LOGGER.setLevel(Level.INFO);
        LOGGER.addHandler(LINES);
        gateway = superuser ? owner.another(
                Map.of("DATABASE_MIGRATE", "false", "DATABASE_URL", withUser(database.environmentValue(), role)))
                : owner.another();
    }

    private static String withUser(String url, String role) {
        return url.replaceAll("&(user|password)=[^&]*", "") + "&user=" + role + "&password=p";
    }

    @AfterAll
    static void stop() {
        LOGGER.removeHandler(LINES);
        LOGGER.setLevel(null);
        gateway.close();
        if (role.startsWith("gateway_")) {
            owner.database().execute("drop owned by " + role);
            owner.database().execute("drop role " + role);
        }
        owner.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatFailsIsSaidOnceCountedAndShownUntilItWorksAgain(Fault fault) {
        owner.broker().publish(user, 1, 150);
        await().atMost(TestClient.PATIENCE)
                .until(() -> owner.database().number("select count(*) from delivery where user_id = ?", user) == 150);
        if (fault == Fault.SETTLED) {
            owner.database().execute("update delivery set delivered_at = now(), read_at = now() where user_id = ?",
                    user);
        }
        if (fault == Fault.SETTLED) {
            // the first subscription writes settled_seq
            whatFails(fault);
            return;
        }
        try (TestClient online = TestClient.connect(gateway.port(), TestTokens.of(user))) {
            online.subscribe();
            whatFails(fault);
        }
    }

    private void whatFails(Fault fault) {
        LINES.clear();
        owner.database().execute("revoke " + fault.grant + " from " + role);
        try {
            await().atMost(TestClient.PATIENCE.multipliedBy(2)).untilAsserted(() -> {
                fault.provoked.accept(this);
                assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/ready").body()).contains("DEGRADED")
                        .contains("\"" + fault.task + "\":\"permission denied (SQLSTATE 42501)");
            });
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/ready").status())
                    .isEqualTo(fault == Fault.INTAKE ? 503 : 200);
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/live").status()).isEqualTo(200);
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/metrics").body().lines()
                    .filter(line -> line.startsWith("gateway_task_failures_total")
                            && line.contains("\"" + fault.task + "\"") && !line.endsWith(" 0.0"))).hasSize(1);
            assertThat(LINES.of(Level.WARNING, fault == Fault.INTAKE ? "intake is waiting" : fault.task + " fails"))
                    .singleElement().asString().contains("permission denied (SQLSTATE 42501)");
        } finally {
            owner.database().execute("grant " + fault.grant + " to " + role);
        }
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            fault.provoked.accept(this);
            assertThat(LINES.of(Level.INFO, fault == Fault.INTAKE ? "intake goes on" : fault.task + " works again"))
                    .isNotEmpty();
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/ready").body()).doesNotContain(fault.task);
        });
    }

    private void withClient(Consumer<TestClient> action) {
        try (TestClient client = TestClient.connect(gateway.port(), TestTokens.of(user))) {
            action.accept(client);
        }
    }

    /** Captures the log. */
    private static final class Lines extends Handler {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        List<String> of(Level level, String text) {
            return lines.stream().filter(line -> line.startsWith(level.getName()) && line.contains(text)).toList();
        }

        void clear() {
            lines.clear();
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
