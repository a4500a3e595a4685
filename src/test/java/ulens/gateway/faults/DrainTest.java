package ulens.gateway.faults;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestServices;
import ulens.gateway.fixture.TestTokens;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node that is told to stop hands its clients over to another one: real processes, official clients. */
class DrainTest {
    private static final int CLIENTS = 6;
    private static final String STRANGER = "stranger-";
    private static final int SIGTERM = 128 + 15;

    private final TestDatabase database = new TestDatabase();
    private final TestBroker broker = new TestBroker();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(broker, database));
    private final String run = UUID.randomUUID().toString();

    @BeforeAll
    static void install() {
        JavaScriptClient.install();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void whileItDrainsSocketsStayAndNewClientsAreServedUntilASecondSignal() {
        GatewayProcess node = node(Map.of("STOP_GRACE", "2h", "STOP_DRAIN", "1h", "STOP_SPREAD", "30m"));
        JavaScriptClient client = client(node.port(), "user-0-" + run);
        until(() -> client.all("synced").size() == 1);
        assertThat(status(node, "check/accepting")).isEqualTo(200);
        node.terminate();
        until(() -> status(node, "check/accepting") == 503);
        assertThat(status(node, "ready")).isEqualTo(503);
        assertThat(status(node, "live")).isEqualTo(200);
        try (TestClient newcomer = TestClient.connect(node.port(), TestTokens.of("user-0-" + run))) {
            newcomer.subscribe();
            broker.publish("user-0-" + run, 1, 20);
            assertThat(newcomer.awaitIds(20)).isSorted().doesNotHaveDuplicates();
            until(() -> client.rows().size() == 20);
            assertThat(client.all("disconnect")).isEmpty();
            assertThat(newcomer.names()).doesNotContain("disconnect");
            node.terminate();
            assertThat(node.await(60)).as("has ended").isTrue();
            newcomer.await("disconnect");
        }
        assertThat(node.exitStatus()).isEqualTo(SIGTERM);
        assertThat(node.said("told again to stop")).isEqualTo(1);
        assertThat(node.said("server shutting down")).isEqualTo(2);
        assertThat(node.said("[GATEWAY][WS] stopped")).isEqualTo(1);
        assertThat(node.said("is left behind")).isZero();
    }

    @Test
    void everyClientComesBackOnTheOtherNodeByRecoveryAndNothingIsLost() {
        GatewayProcess old = node(Map.of("STOP_DRAIN", "1s", "STOP_SPREAD", "6s"));
        GatewayProcess other = node(Map.of());
        FaultProxy balancer = new FaultProxy(old.port(), new AtomicInteger());
        open.add(balancer::close);
        // it can't resume, so it goes last; it does not come back
        TestClient stranger = TestClient.connect(balancer.port(), TestTokens.of(STRANGER + run));
        open.add(stranger);
        List<JavaScriptClient> clients = IntStream.range(0, CLIENTS)
                .mapToObj(i -> client(balancer.port(), "user-" + i + "-" + run)).toList();
        until(() -> clients.stream().allMatch(client -> client.all("synced").size() == 1));
        publish(1, 10);
        until(() -> clients.stream().allMatch(client -> client.rows().size() == 10));
        old.terminate();
        until(() -> status(old, "check/accepting") == 503);
        balancer.target(other.port());
        long last = 10;
        while (old.alive()) {
            long next = last + 1;
            publish(next, next);
            last = next;
            until(() -> !old.alive() || clients.stream().allMatch(client -> client.rows().contains(next)));
        }
        assertThat(old.exitStatus()).isEqualTo(SIGTERM);
        List<Long> all = LongStream.rangeClosed(1, last).boxed().toList();
        for (JavaScriptClient client : clients) {
            until(() -> client.rows().size() >= all.size() && client.all("connect").size() == 2);
            // two nodes that consume one queue may store a burst in another order
            assertThat(client.rows()).containsExactlyInAnyOrderElementsOf(all);
            assertThat(client.all("connect").getLast()).startsWith("true ");
        }
        assertThat(old.said("server shutting down")).isEqualTo(CLIENTS + 1L);
        assertThat(old.said("is left behind")).isZero();
        assertThat(old.log().stream().filter(line -> line.contains("server shutting down")).toList().getLast())
                .contains(STRANGER);
        assertThat(last).as("rows while the clients were handed over").isGreaterThan(11);
    }

    private void publish(long from, long to) {
        IntStream.range(0, CLIENTS).forEach(i -> broker.publish("user-" + i + "-" + run, from, to));
    }

    private GatewayProcess node(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(Map.of("PORT", "0", "HOST", "127.0.0.1", "ACCESS_SECRET_KEY",
                TestTokens.SECRET, "DATABASE_URL", database.environmentValue(), "RMQ_URL", TestServices.broker(),
                "RMQ_QUEUE", broker.queue(), "DELIVERY_SWEEP_INTERVAL", "500ms", "FAULTS_EMBEDDED_BROKER",
                Boolean.toString(!TestServices.realBroker())));
        environment.putAll(settings);
        GatewayProcess node = GatewayProcess.start(environment);
        open.add(node::kill);
        until(() -> status(node, "ready") == 200);
        return node;
    }

    private JavaScriptClient client(int port, String user) {
        JavaScriptClient client = new JavaScriptClient(port, TestTokens.of(user), "default");
        open.add(client);
        return client;
    }

    private static int status(GatewayProcess node, String what) {
        return OpsPage.get(node.opsPort(), "/observe/health/" + what).status();
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(condition::getAsBoolean);
    }
}
