package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.Gateway;
import ulens.gateway.fixture.FrontProxy;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.rabbitmq.CapturedLog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Real proxies with the configurations that operators write, and the stock client with default options behind them. The
 * tests are skipped if Debian's packages nginx and haproxy are not installed.
 */
@GatewayTest({ "PROXY_TRUSTED=127.0.0.1", "LIMIT_HANDSHAKES=" + ProxiesTest.PER_ADDRESS + " then 1/h",
        "SOCKET_PING_INTERVAL=300s" })
class ProxiesTest {
    static final int PER_ADDRESS = 20;
    private static final String UPGRADING = """
            map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
            server {
              listen 127.0.0.1:%PORT%;
              large_client_header_buffers 4 32k;
              location / {
                proxy_pass http://127.0.0.1:%GATEWAY%;
                proxy_http_version 1.1;
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection $connection_upgrade;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              }
            }""";
    private static final String BARE = """
            server {
              listen 127.0.0.1:%PORT%;
              large_client_header_buffers 4 32k;
              location / { proxy_pass http://127.0.0.1:%GATEWAY%; }
            }""";
    private static final String HAPROXY = """
            frontend public
              bind 127.0.0.1:%PORT%
              default_backend gateways
            backend gateways
              option forwardfor
              stats enable
              stats uri /stats
              timeout check 5s
              option httpchk GET /observe/health/check/accepting
              server g1 127.0.0.1:%GATEWAY% check port %OPS% inter 100ms fall 1 rise 1
            """;
    /** Two nodes; the second one is used only while the first is away. */
    private static final String TWO_NODES = """
            frontend public
              bind 127.0.0.1:%PORT%
              default_backend gateways
            backend gateways
              timeout check 5s
              option httpchk GET /observe/health/check/accepting
              server g1 127.0.0.1:%GATEWAY% check port %OPS% inter 100ms fall 1 rise 1 %BACK%
              server g2 127.0.0.1:%OTHER% check port %OTHEROPS% inter 100ms fall 1 rise 1 backup
            """;
    private static final String TCP = """
            defaults
              mode tcp
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            listen public
              bind 127.0.0.1:%PORT%
              server g1 127.0.0.1:%GATEWAY%""";

    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void theStockClientUpgradesBehindNginx() {
        try (FrontProxy nginx = FrontProxy.nginx(on(UPGRADING))) {
            assertNotificationsComeThrough(nginx, "websocket");
            assertThat(status(nginx, "127.0.0.1", longUrl())).isEqualTo(200);
        }
    }

    /**
     * A plain proxy_pass speaks HTTP/1.0 and does not pass an upgrade on, so the stock client stays with long-polling.
     */
    @Test
    void theStockClientPollsBehindANginxThatWasToldNothing() {
        try (FrontProxy nginx = FrontProxy.nginx(on(BARE))) {
            assertNotificationsComeThrough(nginx, "polling");
            assertThat(status(nginx, "127.0.0.1", longUrl())).isEqualTo(200);
        }
    }

    @Test
    void haproxyFindsTheGatewayHealthyAndTheStockClientUpgradesBehindIt() {
        try (FrontProxy haproxy = FrontProxy.haproxy(on(HAPROXY))) {
            await().atMost(TestClient.PATIENCE)
                    .until(() -> body(haproxy, "/stats;csv").contains("UP") && body(haproxy, "/stats;csv").lines()
                            .filter(line -> line.startsWith("gateways,g1")).allMatch(g -> g.contains("L7OK")));
            assertNotificationsComeThrough(haproxy, "websocket");
            assertThat(status(haproxy, "127.0.0.1", longUrl())).isEqualTo(200);
        }
    }

    @Test
    void eachClientBehindAProxyHasItsOwnLimits() {
        try (FrontProxy nginx = FrontProxy.nginx(on(UPGRADING));
                FrontProxy haproxy = FrontProxy.haproxy(on(HAPROXY))) {
            String first = "127.0.1." + (nginx.port() % 250 + 1);
            for (int i = 0; i < PER_ADDRESS; i++) {
                assertThat(status(i % 2 == 0 ? nginx : haproxy, first, handshake())).isEqualTo(200);
            }
            assertThat(status(nginx, first, handshake())).isEqualTo(429);
            assertThat(status(haproxy, first, handshake())).isEqualTo(429);
            assertThat(status(nginx, "127.0.2.1", handshake())).isEqualTo(200);
        }
    }

    @Test
    void aClientResumesBehindABalancerOnWhicheverNodeItMeets() {
        JavaScriptClient.install();
        try (TestGateway first = new TestGateway();
                Gateway second = first.another();
                FrontProxy haproxy = FrontProxy.haproxy(TWO_NODES.replace("%GATEWAY%", Integer.toString(first.port()))
                        .replace("%OPS%", Integer.toString(first.opsPort()))
                        .replace("%OTHER%", Integer.toString(second.port()))
                        .replace("%OTHEROPS%", Integer.toString(second.opsPort()))
                        .replace("%BACK%", "on-marked-up shutdown-backup-sessions"));
                JavaScriptClient client = new JavaScriptClient(haproxy.port(), TestTokens.of(user), "websocket")) {
            await().atMost(TestClient.PATIENCE).until(() -> client.all("synced").size() == 1);
            first.broker().publish(user, 1, 3);
            await().atMost(TestClient.PATIENCE).until(() -> client.rows().size() == 3);
            first.stop();
            await().atMost(TestClient.PATIENCE).until(() -> second.usersOnline() == 1);
            first.broker().publish(user, 4, 6);
            await().atMost(TestClient.PATIENCE).until(() -> client.rows().size() == 6);
            first.start();
            await().atMost(TestClient.PATIENCE).until(() -> first.gateway().usersOnline() == 1);
            first.broker().publish(user, 7, 9);
            await().atMost(TestClient.PATIENCE).until(() -> client.rows().size() == 9);
            // two nodes consume one queue, so the order in which they store is not defined
            assertThat(client.rows()).doesNotHaveDuplicates().contains(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            List<String> connects = client.all("connect");
            assertThat(connects).hasSizeGreaterThan(2);
            assertThat(connects.subList(1, connects.size())).allMatch(line -> line.startsWith("true "));
        }
    }

    /** Uses a gateway of its own: with the PROXY protocol switched on it accepts no other connections. */
    @Test
    void theProxyProtocolBringsTheAddressThroughAProxyThatReadsNoHttp() {
        try (TestGateway behind = new TestGateway(
                Map.of("PROXY_PROTOCOL", "on", "PROXY_TRUSTED", "127.0.0.1", "LIMIT_HANDSHAKES", "3 then 1/h"))) {
            int last = 1;
            for (String option : List.of("send-proxy", "send-proxy-v2", "send-proxy-v2 check-send-proxy check")) {
                String server = TCP.replace("%GATEWAY%", Integer.toString(behind.port())) + " " + option;
                try (FrontProxy haproxy = FrontProxy.haproxy(server);
                        TestClient client = TestClient.connect(haproxy.port(), TestTokens.of(option))) {
                    client.subscribe();
                    behind.broker().publish(option, 1, 3);
                    client.awaitIds(3);
                    String first = "127.0.1." + last++;
                    for (int i = 0; i < 3; i++) {
                        assertThat(status(haproxy, first, handshake())).isEqualTo(200);
                    }
                    assertThat(status(haproxy, first, handshake())).isEqualTo(429);
                    assertThat(status(haproxy, "127.0.1." + last++, handshake())).isEqualTo(200);
                }
            }
            assertThat(status(behind.port(), "127.0.0.1", handshake())).as("without a header").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource({ "on,'',true", "on,127.0.0.1,false", "off,'',false" })
    void whoeverMayClaimAnyAddressIsWarnedOf(String protocol, String trusted, boolean warned) {
        try (CapturedLog log = new CapturedLog(Gateway.class);
                TestGateway _ = new TestGateway(Map.of("PROXY_PROTOCOL", protocol, "PROXY_TRUSTED", trusted))) {
            assertThat(log.anyContains("PROXY_PROTOCOL is on and PROXY_TRUSTED is not set")).isEqualTo(warned);
        }
    }

    /** With the official JavaScript client and its default options. */
    private void assertNotificationsComeThrough(FrontProxy proxy, String transport) {
        JavaScriptClient.install();
        try (JavaScriptClient client = new JavaScriptClient(proxy.port(), TestTokens.of(user), "default")) {
            await().atMost(TestClient.PATIENCE).until(() -> !client.all("synced").isEmpty());
            gateway.broker().publish(user, 1, 50);
            await().atMost(TestClient.PATIENCE).until(() -> client.rows().size() == 50);
            await().atMost(TestClient.PATIENCE).until(() -> client.all("transport").getLast().equals(transport));
            assertThat(client.all("disconnect")).isEmpty();
        }
    }

    private static String on(String configuration) {
        return configuration.replace("%GATEWAY%", Integer.toString(gateway.port())).replace("%OPS%",
                Integer.toString(gateway.opsPort()));
    }

    private static String handshake() {
        return "/socket.io/?EIO=4&transport=polling";
    }

    private static String longUrl() {
        return handshake() + "&state=" + "x".repeat(15_000);
    }

    private static int status(FrontProxy proxy, String client, String path) {
        return status(proxy.port(), client, path);
    }

    /** {@return the status that a client with this loopback address gets; -1 if it gets no answer} */
    private static int status(int port, String client, String path) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port, InetAddress.ofLiteral(client), 0)) {
            socket.setSoTimeout((int) TestClient.PATIENCE.toMillis());
            String line = ask(socket, path).readLine();
            return line == null ? -1 : Integer.parseInt(line.split(" ")[1]);
        } catch (java.net.SocketException _) {
            return -1;
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String body(FrontProxy proxy, String path) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), proxy.port())) {
            return String.join("\n", ask(socket, path).lines().toList());
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static BufferedReader ask(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
