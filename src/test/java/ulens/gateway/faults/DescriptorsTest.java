package ulens.gateway.faults;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestServices;
import ulens.gateway.fixture.TestTokens;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A gateway with a low limit of file descriptors, and strangers that try to take all of them. */
class DescriptorsTest {
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DESCRIPTORS = 700;
    private static final int CROWD = 2_000;

    private final String user = "user-" + UUID.randomUUID();
    private final TestDatabase database = new TestDatabase();
    private final TestBroker broker = new TestBroker();
    private final List<Socket> crowd = new ArrayList<>();
    private GatewayProcess gateway;

    @BeforeEach
    void start() {
        Assumptions.assumeTrue(Files.isExecutable(PRLIMIT),
                "lowers the limit of a running process; needs prlimit of util-linux");
        Map<String, String> environment = new HashMap<>(Map.of("PORT", "0", "HOST", "127.0.0.1", "ACCESS_SECRET_KEY",
                TestTokens.SECRET, "DATABASE_URL", database.environmentValue(), "RMQ_URL", TestServices.broker(),
                "RMQ_QUEUE", broker.queue(), "FAULTS_EMBEDDED_BROKER", Boolean.toString(!TestServices.realBroker())));
        // no load balancer has to notice that nobody can connect
        environment.putAll(Map.of("STOP_GRACE", "2h", "STOP_DRAIN", "1h", "STOP_SPREAD", "0s"));
        gateway = GatewayProcess.start(environment,
                List.of(PRLIMIT.toString(), "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS));
        gateway.port();
        await().atMost(PATIENCE).until(() -> get("/observe/health/ready").statusCode() == 200);
    }

    @AfterEach
    void stop() throws IOException {
        leave();
        if (gateway != null) {
            gateway.kill();
        }
        broker.close();
        database.close();
    }

    private void leave() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
        crowd.clear();
    }

    private long openDescriptors() {
        try (var files = Files.list(Path.of("/proc/" + gateway.pid() + "/fd"))) {
            return files.count();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void limit(long descriptors) throws Exception {
        String limit = "--nofile=" + descriptors + ":" + descriptors;
        assertThat(new ProcessBuilder(PRLIMIT.toString(), "--pid", Long.toString(gateway.pid()), limit).inheritIO()
                .start().waitFor()).isZero();
    }

    private HttpResponse<String> get(String path) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.opsPort() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private double metric(String name) {
        Matcher line = Pattern.compile("(?m)^gateway_" + name + "(?:\\{[^}]*})? (\\S+)")
                .matcher(get("/observe/metrics").body());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private TestClient client(String name) {
        TestClient client = TestClient.connect(gateway.port(), TestTokens.of(name));
        client.subscribe();
        return client;
    }

    @Test
    void aCrowdThatWantsAllDescriptorsKeepsNobodyOut() throws Exception {
        try (TestClient bystander = client(user)) {
            double most = metric("http_connections_most");
            assertThat(most).isBetween(50.0, DESCRIPTORS - 200.0);
            for (int i = 0; i < CROWD; i++) {
                crowd.add(new Socket("127.0.0.1", gateway.port()));
                if (i % 100 == 0) {
                    broker.publish(user, i / 100, i / 100);
                }
            }
            bystander.awaitIds(CROWD / 100);
            String other = "other-" + user;
            try (TestClient late = client(other)) {
                broker.publish(other, 1, 5);
                late.awaitIds(5);
            }
            assertThat(metric("http_connections_evicted_total")).isGreaterThan(CROWD - DESCRIPTORS);
            assertThat(metric("http_connections")).isLessThanOrEqualTo(most);
            assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);
            leave();
            await().atMost(PATIENCE).until(() -> metric("http_connections") <= 1);
            broker.publish(user, 100, 109);
            bystander.awaitIds(CROWD / 100 + 10);
            assertThat(gateway.said("has died")).isZero();
        }
    }

    @Test
    void aProcessWhoseListenerHasDiedEndsAndSaysWhy() throws Exception {
        long few = openDescriptors() / 2;
        limit(few);
        await().atMost(PATIENCE).untilAsserted(() -> {
            try {
                crowd.add(new Socket("127.0.0.1", gateway.port()));
            } catch (IOException _) {
                // the listener is closed
            }
            assertThat(gateway.alive()).as(String.join("\n", gateway.log())).isFalse();
        });
        assertThat(gateway.exitStatus()).isEqualTo(1);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(gateway.log().getLast()).contains("listener @default")
                .contains("has died").contains("status 1"));
    }
}
