package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The pages and views for operators and DBAs exist and show correct values. */
@GatewayTest("SOCKET_TEST_INTERVAL=200ms")
class OperationsTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void healthSaysLiveAndReady() {
        assertThat(get("/observe/health").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/ready").body()).contains("\"database\"", "\"broker\"");
    }

    @Test
    void metricsCountWhatHappened() {
        double consumed = metric("gateway_messages_consumed_total");
        double stored = metric("gateway_messages_stored_total");
        double dead = metric("gateway_messages_dead_lettered_total");
        double duplicates = metric("gateway_messages_duplicate_total");
        double replayed = metric("gateway_rows_replayed_total");
        double pushed = metric("gateway_rows_pushed_total");
        double delivered = metric("gateway_rows_delivered_total");
        double read = metric("gateway_rows_read_total");
        double published = metric("gateway_events_published_total");
        double batches = metric("gateway_batch_size_count");
        gateway.broker().publish(user, 1, 10);
        gateway.broker().publish("nonsense");
        gateway.broker().publish(user, 1, 1);
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(metric("gateway_messages_consumed_total")).isEqualTo(consumed + 12));
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds(10);
            gateway.broker().publish(user, 11, 12);
            client.awaitIds(12);
            client.read(1L, 2L, 3L);
            assertThat(metric("gateway_connections")).isEqualTo(1);
            assertThat(metric("gateway_users_online")).isEqualTo(1);
            // a row that is read before its proof has come counts as delivered by the read
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                assertThat(metric("gateway_rows_delivered_total")).isBetween(delivered + 9, delivered + 12);
                assertThat(metric("gateway_events_published_total")).isEqualTo(published + 1);
            });
        }
        assertThat(metric("gateway_messages_stored_total")).isEqualTo(stored + 12);
        assertThat(metric("gateway_messages_duplicate_total")).isEqualTo(duplicates + 1);
        assertThat(metric("gateway_messages_dead_lettered_total")).isEqualTo(dead + 1);
        assertThat(metric("gateway_rows_replayed_total")).isGreaterThanOrEqualTo(replayed + 10);
        assertThat(metric("gateway_rows_pushed_total")).isEqualTo(pushed + 12);
        assertThat(metric("gateway_rows_read_total")).isEqualTo(read + 3);
        assertThat(metric("gateway_batch_size_count")).isGreaterThan(batches);
        assertThat(metric("gateway_store_latency_seconds_count")).isPositive();
        assertThat(metric("gateway_outbox_waiting")).isZero();
        await().atMost(TestClient.PATIENCE).until(() -> metric("gateway_connections") == 0);
    }

    @Test
    void aTimeThatCantBeReadIsCountedByItsField() {
        double sentAt = unreadable("sentAt");
        double readAt = unreadable("readAt");
        gateway.broker().publish("{\"userId\":\"" + user
                + "\",\"notificationId\":1,\"message\":\"m\",\"sentAt\":\"yesterday\",\"readAt\":null}");
        gateway.broker().publish("{\"userId\":\"" + user
                + "\",\"notificationId\":2,\"message\":\"m\",\"sentAt\":[],\"readAt\":\"never\"}");
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            assertThat(unreadable("sentAt")).isEqualTo(sentAt + 2);
            assertThat(unreadable("readAt")).isEqualTo(readAt + 1);
        });
    }

    @Test
    void everyTableColumnAndViewIsCommented() {
        assertThat(gateway.database().column("""
                select c.relname || coalesce('.' || a.attname, '')
                from pg_class c
                left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                                            and c.relkind = 'r'
                where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v')
                  and c.relname <> 'flyway_schema_history'
                  and (col_description(c.oid, coalesce(a.attnum, 0)) is null
                       or obj_description(c.oid, 'pg_class') is null)
                  and (a.attnum is not null or obj_description(c.oid, 'pg_class') is null)""")).isEmpty();
    }

    @Test
    void theViewsAnswerWithoutApplicationCode() {
        gateway.broker().publish(user, 1, 2);
        await().atMost(TestClient.PATIENCE)
                .until(() -> gateway.database().column("select state from delivery_state where user_id = ?", user)
                        .equals(List.of("waiting", "waiting")));
        assertThat(gateway.database().column("select waiting || '/' || unread from user_state where user_id = ?", user))
                .containsExactly("2/2");
        assertThat(gateway.database().number("select count(*) from unread_mismatch")).isZero();
        assertThat(gateway.database().number("select sum(stored) from delivery_latency")).isPositive();
        gateway.database().column("select id from outbox_state");
    }

    @Test
    void everyConnectedClientReceivesTestNotifications() throws Exception {
        try (TestClient client = gateway.client(user)) {
            client.await("TEST_NOTIFICATION", 2);
            assertThat(client.await("TEST_NOTIFICATION").json().getString("message")).isEqualTo("Hello, world!");
        }
    }

    @Test
    void theDevEndpointDoesNotExistOutsideTheDevMode() {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/dev/notifications"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"userId\":\"demo\",\"message\":\"m\"}"));
        assertThat(send(request).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/observe", "/observe/", "/observe/health", "/observe/health/live", "/observe/metrics",
            "/socket.io/..;/observe/metrics", "/socket.io/../observe/metrics", "/socket.io/%2e%2e/observe/metrics",
            "/socket.io/..%2fobserve/metrics", "//observe/metrics", "/./observe/metrics", "/%6fbserve/metrics",
            "/observe;x/metrics", "/OBSERVE/metrics" })
    void noSpellingReachesTheOperatorsPagesOnThePublicPort(String path) throws IOException {
        assertThat(statusLine(gateway.port(), path)).startsWith("HTTP/1.1 404");
    }

    @Test
    void theOperationsPortServesNoClients() throws IOException {
        assertThat(statusLine(gateway.opsPort(), "/socket.io/?EIO=4&transport=polling")).startsWith("HTTP/1.1 404");
    }

    /** Sends a path unchanged, which no client library would do. */
    private static String statusLine(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    private static double unreadable(String field) {
        return get("/observe/metrics").body().lines()
                .filter(line -> line.startsWith("gateway_times_unreadable_total{")
                        && line.contains("field=\"" + field + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).findFirst()
                .orElseThrow();
    }

    private static double metric(String name) {
        Matcher line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)")
                .matcher(get("/observe/metrics").body());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.opsPort() + path);
    }
}
