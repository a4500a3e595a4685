package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client that has not joined may stay for a short time only, and is ended to make room for new ones. */
class StrangersTest {
    private final String user = "user-" + UUID.randomUUID();

    private static String auth(String user) {
        return "{\"token\":\"" + TestTokens.of(user) + "\"}";
    }

    @Test
    void whoDoesNotJoinIsGoneAtTheEndOfItsTimeWhateverItDoes() {
        try (var gateway = new TestGateway(
                Map.of("SOCKET_CONNECT_TIMEOUT", "2s", "SOCKET_PING_INTERVAL", "100ms", "SOCKET_TEST_INTERVAL", "0"));
                RawSocket pinged = new RawSocket(gateway.port());
                RawSocket elsewhere = new RawSocket(gateway.port());
                RawSocket left = RawSocket.connect(gateway.port(), auth(user));
                TestClient joined = gateway.client(user)) {
            left.send("41/ws,");
            long start = System.nanoTime();
            await().atMost(TestClient.PATIENCE).until(() -> {
                if (!elsewhere.closed()) {
                    elsewhere.send("40/elsewhere,");
                }
                return pinged.closed() && elsewhere.closed() && left.closed();
            });
            assertThat(System.nanoTime() - start).isGreaterThan(1_000_000_000L);
            assertThat(pinged.all("2")).as("pings that it has answered").hasSizeGreaterThan(3);
            joined.subscribe();
            gateway.broker().publish(user, 1, 3);
            joined.awaitIds(3);
        }
    }

    @Test
    void whereThereIsNoRoomTheOldestStrangerGoesAndWhoHasJoinedStays() {
        List<RawSocket> strangers = new ArrayList<>();
        try (var gateway = new TestGateway(Map.of("SOCKET_MAX_SESSIONS", "5"));
                RawSocket joined = RawSocket.connect(gateway.port(), auth(user))) {
            for (int i = 0; i < 8; i++) {
                strangers.add(new RawSocket(gateway.port()));
            }
            await().atMost(TestClient.PATIENCE)
                    .until(() -> strangers.subList(0, 4).stream().allMatch(RawSocket::closed));
            try (TestClient honest = gateway.client(user)) {
                honest.subscribe();
                gateway.broker().publish(user, 1, 3);
                honest.awaitIds(3);
                assertThat(joined.closed()).isFalse();
                assertThat(OpsPage.metric(gateway.opsPort(), "gateway_sessions_evicted_total")).isEqualTo(5);
            }
        } finally {
            strangers.forEach(RawSocket::close);
        }
    }

    @Test
    void anAddressThatOpensTooManyConnectionsIsToldSoAndOperatorsAreNot() throws Exception {
        try (var gateway = new TestGateway(Map.of("LIMIT_CONNECTIONS", "3 then 1/h"))) {
            String request = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            for (int i = 0; i < 3; i++) {
                assertThat(exchange(gateway.port(), request)).startsWith("HTTP/1.1 404 ");
            }
            assertThat(exchange(gateway.port(), "")).startsWith("HTTP/1.1 429 ").contains("Retry-After: 3600\r\n");
            for (int i = 0; i < 5; i++) {
                assertThat(OpsPage.metric(gateway.opsPort(), "gateway_limited_connections_total")).isEqualTo(1);
            }
        }
    }

    @Test
    void aSessionWhosePollHadToMakeRoomEndsWithIt() throws Exception {
        List<Socket> polls = new ArrayList<>();
        try (var gateway = new TestGateway(
                Map.of("HTTP_MAX_CONNECTIONS_PER_ADDRESS", "5", "SOCKET_PING_INTERVAL", "300s"))) {
            for (int i = 0; i < 20; i++) {
                String opened = exchange(gateway.port(), poll("Connection: close\r\n", ""));
                String sid = opened.replaceAll("(?s).*\"sid\":\"([^\"]+)\".*", "$1");
                Socket waiting = new Socket("127.0.0.1", gateway.port());
                polls.add(waiting);
                waiting.getOutputStream().write(poll("", "&sid=" + sid).getBytes(StandardCharsets.ISO_8859_1));
            }
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_connections{") <= 5);
        } finally {
            for (Socket poll : polls) {
                poll.close();
            }
        }
    }

    private static String poll(String headers, String query) {
        return "GET /socket.io/?EIO=4&transport=polling" + query + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
    }

    private static String exchange(int port, String request) throws IOException {
        try (Socket peer = new Socket("127.0.0.1", port)) {
            peer.setSoTimeout(30_000);
            peer.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(peer.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
