package ulens.gateway.engineio;

import org.junit.jupiter.api.Test;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.limits.ClientAddress;
import ulens.gateway.limits.ProxyTrust;
import ulens.gateway.limits.Rate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Limits count clients, not the proxy that they come through. */
class PeerRulesTest {
    private static final ClientAddress BEHIND_PROXY = new ClientAddress(
            ProxyTrust.of(Set.of("127.0.0.0/8", "::1")).orElseThrow(), ClientAddress.Header.EITHER);
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private static TestServer server(int perAddress, PeerRules rules) {
        return new TestServer(
                EngineConfig.defaults(TestServer.PATH)
                        .with(new EngineConfig.Heartbeat(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ZERO))
                        .with(new EngineConfig.Limits(100_000, 100, 1_000, perAddress)).with(rules),
                TestServer.Echo::new);
    }

    @Test
    void theAddressOfAClientIsWhatATrustedProxyWroteOnBothTransports() throws Exception {
        try (TestServer server = server(10, new PeerRules(BEHIND_PROXY, false, Rate.UNLIMITED, Rate.UNLIMITED))) {
            RawHttp.get(server.port(), RawHttp.POLLING, "X-Forwarded-For: 9.9.9.9, 192.0.2.1");
            RawHttp.get(server.port(), RawHttp.POLLING, "X-Forwarded-For: 9.9.9.9", "X-Forwarded-For: 192.0.2.2");
            RawHttp.get(server.port(), RawHttp.POLLING, "Forwarded: for=\"[2001:db8::1]:4711\";proto=https");
            RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET,
                    RawWebSocket.headers("X-Forwarded-For: 192.0.2.3")).close();
            // a WebSocket is answered before its session is open
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                            server.sessions.stream().map(session -> session.session.handshake().remoteAddress()))
                                    .containsExactly("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1", "192.0.2.3"));
        }
    }

    @Test
    void aStrangersWordIsNotTaken() throws Exception {
        try (TestServer server = server(10, PeerRules.NONE)) {
            RawHttp.get(server.port(), RawHttp.POLLING, "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1");
            assertThat(server.only().session.handshake().remoteAddress()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        }
    }

    @Test
    void theLimitOfOneClientBehindAProxyIsNotThatOfAnother() throws Exception {
        try (TestServer server = server(1, new PeerRules(BEHIND_PROXY, false, Rate.UNLIMITED, Rate.UNLIMITED))) {
            assertThat(status(server, "192.0.2.1")).isEqualTo(200);
            assertThat(status(server, "192.0.2.1")).isEqualTo(503);
            assertThat(status(server, "192.0.2.2")).isEqualTo(200);
            assertThat(status(server, "2001:db8:1:2::1")).isEqualTo(200);
            assertThat(status(server, "2001:db8:1:2:9:9:9:9")).as("the same /64").isEqualTo(503);
            assertThat(status(server, "2001:db8:1:3::1")).isEqualTo(200);
        }
    }

    @Test
    void whoOpensTooManySessionsIsToldWhenToComeBackOnBothTransports() throws Exception {
        try (TestServer server = server(100, new PeerRules(BEHIND_PROXY, false, new Rate(2, HOUR), Rate.UNLIMITED))) {
            String client = "X-Forwarded-For: 192.0.2.1";
            String session = RawHttp.POLLING + "&sid=" + RawHttp.get(server.port(), RawHttp.POLLING, client).sid();
            RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, RawWebSocket.headers(client)).close();
            var refused = RawHttp.get(server.port(), RawHttp.POLLING, client);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).isEqualTo("{\"code\":4,\"message\":\"Too many requests\"}");
            assertThat(Long.parseLong(refused.headers().get("retry-after"))).isBetween(1L, 3_600L);
            try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET,
                    RawWebSocket.headers(client))) {
                assertThat(socket.answer.status()).isEqualTo(429);
                assertThat(socket.answer.headers()).containsKey("retry-after");
            }
            assertThat(RawHttp.once(server.port(), "POST", session, "4x", client).status())
                    .as("a session that is open goes on").isEqualTo(200);
            assertThat(status(server, "192.0.2.2")).isEqualTo(200);
            assertThat(server.engine.refusedHandshakes()).isEqualTo(2);
        }
    }

    @Test
    void whoSendsTooManyRequestsIsRefusedBeforeTheirBodyIsRead() throws Exception {
        try (TestServer server = server(100, new PeerRules(BEHIND_PROXY, false, Rate.UNLIMITED, new Rate(2, HOUR)))) {
            String client = "X-Forwarded-For: 192.0.2.1";
            String session = RawHttp.POLLING + "&sid=" + RawHttp.get(server.port(), RawHttp.POLLING, client).sid();
            assertThat(RawHttp.once(server.port(), "POST", session, "4x", client).status()).isEqualTo(200);
            try (RawHttp http = new RawHttp(server.port())) {
                http.send("POST", session, null, client, "Content-Length: 90000");
                assertThat(http.answer().status()).isEqualTo(429);
            }
            assertThat(status(server, "192.0.2.2")).isEqualTo(200);
            assertThat(server.engine.refusedRequests()).isEqualTo(1);
        }
    }

    /** 1,000 heads: each is served, or refused as malformed, and nobody becomes somebody else. */
    @Test
    void randomHeadsOfAClientEndInWhatTheProxySawOrInARefusal() throws Exception {
        long seed = 20_261_125;
        Random random = new Random(seed);
        String[] pieces = { "for=", "1.1.1.1", ",", ";", "\"", "\\", " ", "[", "]", "::1", ":", "unknown", "=", "\t",
                "\u00e9", "%", "\u0001", "127.0.0.1" };
        try (TestServer server = server(100_000, new PeerRules(BEHIND_PROXY, false, Rate.UNLIMITED, Rate.UNLIMITED))) {
            for (int i = 0; i < 1_000; i++) {
                StringBuilder forged = new StringBuilder();
                for (int n = random.nextInt(10); n > 0; n--) {
                    forged.append(pieces[random.nextInt(pieces.length)]);
                }
                boolean standard = random.nextBoolean();
                String head = standard ? "Forwarded: " + forged + ", for=192.0.2.1"
                        : "X-Forwarded-For: " + forged + ", 192.0.2.1";
                var answer = RawHttp.get(server.port(), RawHttp.POLLING, head,
                        random.nextInt(10) == 0 ? "Forwarded: for=\"" : "X-Other: x");
                String label = "seed " + seed + ", case " + i + ": " + head;
                assertThat(answer.status()).as(label).isIn(200, 400);
                if (answer.status() == 200) {
                    assertThat(server.sessions.getLast().session.handshake().remoteAddress()).as(label)
                            .isIn("192.0.2.1", "127.0.0.1", "0:0:0:0:0:0:0:1");
                    RawHttp.post(server.port(), answer.sid(), "1");
                }
            }
        }
    }

    /** In two pieces, with what follows behind it; whoever sends something else is closed without an answer. */
    @Test
    void aConnectionBeginsWithAProxyHeaderWhereThatIsSwitchedOn() throws Exception {
        try (TestServer server = server(10, new PeerRules(BEHIND_PROXY, true, Rate.UNLIMITED, Rate.UNLIMITED));
                RawHttp http = new RawHttp(server.port());
                RawHttp plain = new RawHttp(server.port());
                RawHttp local = new RawHttp(server.port())) {
            http.write("PROXY TCP4 192.0.2.".getBytes(StandardCharsets.US_ASCII));
            http.write("5 10.0.0.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII));
            http.send("GET", RawHttp.POLLING, null);
            assertThat(http.answer().status()).isEqualTo(200);
            assertThat(server.only().session.handshake().remoteAddress()).isEqualTo("192.0.2.5");
            http.send("GET", RawHttp.POLLING, null);
            assertThat(http.answer().status()).as("the next request on it").isEqualTo(200);
            local.write(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"));
            local.send("GET", RawHttp.POLLING, null);
            assertThat(local.answer().status()).isEqualTo(200);
            assertThat(server.sessions.getLast().session.handshake().remoteAddress()).isIn("127.0.0.1",
                    "0:0:0:0:0:0:0:1");
            plain.send("GET", RawHttp.POLLING, null);
            assertThatThrownBy(plain::answer).isInstanceOf(IOException.class);
        }
    }

    @Test
    void onlyTrustedPeersMayBringAProxyHeader() throws Exception {
        ClientAddress elsewhere = new ClientAddress(ProxyTrust.of(Set.of("192.0.2.0/24")).orElseThrow(),
                ClientAddress.Header.EITHER);
        try (TestServer server = server(10, new PeerRules(elsewhere, true, Rate.UNLIMITED, Rate.UNLIMITED));
                RawHttp http = new RawHttp(server.port())) {
            http.write("PROXY TCP4 192.0.2.5 10.0.0.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> {
                http.send("GET", RawHttp.POLLING, null);
                http.answer();
            }).isInstanceOf(IOException.class);
            assertThat(server.sessions).isEmpty();
        }
    }

    private static int status(TestServer server, String client) throws Exception {
        return RawHttp.get(server.port(), RawHttp.POLLING, "X-Forwarded-For: " + client).status();
    }
}
