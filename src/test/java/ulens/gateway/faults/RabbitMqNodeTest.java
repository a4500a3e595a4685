package ulens.gateway.faults;

import org.json.JSONObject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.OpenTransaction;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Behaviour of RabbitMQ itself: alarms, permissions, policies. On a private node, so that other tests are not affected.
 */
class RabbitMqNodeTest {
    private static FaultBroker node;

    private final String user = "user-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        node = FaultBroker.shared();
    }

    /** Each receipt once, although nothing is confirmed for several times as long as a claim on the outbox holds. */
    @Test
    void aMemoryAlarmDoublesNoReceipt() throws Exception {
        try (TestGateway gateway = new TestGateway(Map.of("RMQ_URL", node.url("guest"), "OUTBOX_CLAIM", "1s"));
                TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 50);
            client.awaitIds(50);
            node.control("set_vm_memory_high_watermark", "0.00001");
            for (long id = 1; id <= 50; id++) {
                assertThat(client.read(id).getBoolean("ok")).isTrue();
            }
            await().atMost(TestClient.PATIENCE).until(() -> metric(gateway, "broker_takes_publications") == 0);
            // the test checks that nothing happens during several claims
            Thread.sleep(5_000);
            assertThat(gateway.database().number("select count(*) from outbox")).isPositive();
            node.control("set_vm_memory_high_watermark", "0.8");
            await().atMost(TestClient.PATIENCE)
                    .until(() -> gateway.database().number("select count(*) from outbox") == 0);
            List<Long> read = new ArrayList<>();
            try (TestBroker after = new TestBroker(node.url("guest"))) {
                while (after.count(gateway.broker().receipts()) > 0) {
                    JSONObject event = new JSONObject(
                            new String(after.next(gateway.broker().receipts()).getBody(), "UTF-8"));
                    read.add(event.getJSONArray("notificationIds").getLong(0));
                }
            }
            assertThat(read).hasSize(50).doesNotHaveDuplicates();
        }
    }

    /** The lock comes while the broker's confirms are under way: before that such a row is skipped. */
    @Test
    void anEventWhoseRowIsLockedWhenItIsConfirmedHoldsUpNoOther() throws Exception {
        try (FaultProxy proxy = new FaultProxy(node.port(), new AtomicInteger());
                TestGateway gateway = new TestGateway(
                        Map.of("RMQ_URL", "amqp://guest:guest@127.0.0.1:" + proxy.port(), "OUTBOX_CLAIM", "5s"));
                TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 4);
            client.awaitIds(4);
            proxy.stall(FaultProxy.Way.DOWN);
            for (long id = 1; id <= 3; id++) {
                assertThat(client.read(id).getBoolean("ok")).isTrue();
            }
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from outbox where claimed_until is not null") == 3);
            String locked = gateway.database().column("select id from outbox order by id").get(1);
            try (var _ = new OpenTransaction(gateway.database(),
                    "select from outbox where id = " + locked + " for update")) {
                proxy.flow();
                await().atMost(TestClient.PATIENCE)
                        .until(() -> gateway.database().column("select id from outbox").equals(List.of(locked)));
                assertThat(client.read(4L).getBoolean("ok")).isTrue();
                await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                        .number("select count(*) from outbox where id > ?", Long.parseLong(locked)) == 0);
            }
            await().atMost(TestClient.PATIENCE)
                    .until(() -> gateway.database().number("select count(*) from outbox") == 0);
            Set<String> published = new TreeSet<>();
            while (gateway.broker().count(gateway.broker().receipts()) > 0) {
                JSONObject event = new JSONObject(gateway.broker().receipt());
                published.add(event.getJSONArray("notificationIds").getLong(0) + " as " + event.getString("messageId"));
            }
            // the locked one twice, by the same id
            assertThat(published).extracting(event -> event.charAt(0)).containsExactly('1', '2', '3', '4');
        }
    }

    /** A user that may only use existing queues, as careful operators set it up. */
    @Test
    void aUserWithoutConfigurePermissionUsesWhatIsThere() throws Exception {
        try (TestGateway gateway = new TestGateway(Map.of("RMQ_URL", node.url("guest")));
                CapturedRecords log = new CapturedRecords()) {
            gateway.stop();
            mayConfigure("^$");
            gateway.start();
            assertThat(log.warnings()).filteredOn(line -> line.contains("is refused")).hasSize(2)
                    .allMatch(line -> line.contains("403 ACCESS_REFUSED"));
            try (TestClient client = gateway.client(user)) {
                client.subscribe();
                gateway.broker().publish(user, 1, 2);
                client.awaitIds(2);
                assertThat(client.read(1L).getBoolean("ok")).isTrue();
                assertThat(gateway.broker().receipt()).contains(user);
                gateway.broker().publish("nonsense");
                assertThat(gateway.broker().deadLetter().getProps().getHeaders()).containsKey("x-error");
            }

            node.control("delete_queue", gateway.broker().deadQueue());
            node.control("close_all_connections", "test");
            String missing = "queue \"" + gateway.broker().deadQueue()
                    + "\" does not exist, and this user may not declare it";
            await().atMost(TestClient.PATIENCE)
                    .until(() -> log.warnings().stream().anyMatch(line -> line.contains(missing)));
            mayConfigure(".*");
            await().atMost(TestClient.PATIENCE).until(() -> metric(gateway, "broker_connected") == 1);
        } finally {
            mayConfigure(".*");
        }
    }

    private static void mayConfigure(String pattern) {
        String used = pattern.equals(".*") ? ".*" : "^(app\\.events|app\\.dlx|amq\\.default)$";
        node.control("set_permissions", "guest", pattern, used, ".*");
    }

    static double metric(TestGateway gateway, String name) throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + gateway.gateway().opsPort() + "/observe/metrics");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http
                    .send(HttpRequest.newBuilder(metrics).header("Accept", "text/plain").build(),
                            HttpResponse.BodyHandlers.ofLines())
                    .body().filter(line -> line.startsWith("gateway_" + name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
        }
    }
}
