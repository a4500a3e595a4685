package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.engineio.request.Handshake;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class HandshakeTest {
    private final TestServer server = new TestServer(config(Set.of("*"), 5, 1_000), TestServer.Echo::new);

    private static EngineConfig config(Set<String> origins, int sessions, int perAddress) {
        return EngineConfig.defaults(TestServer.PATH)
                .with(new EngineConfig.Heartbeat(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ZERO))
                .with(new EngineConfig.Limits(100_000, 100, sessions, perAddress)).withOrigins(origins);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void pollingOpensASessionWithAllTheFieldsOfTheOpenPacket() throws Exception {
        var answer = RawHttp.get(server.port(), RawHttp.POLLING);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "text/plain; charset=UTF-8");
        assertThat(answer.body()).isEqualTo("0{\"sid\":\"" + answer.sid()
                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":60000,\"pingTimeout\":60000,\"maxPayload\":100000}");
        assertThat(server.only().session.id()).isEqualTo(answer.sid());
        assertThat(server.only().session.transport()).isEqualTo(TransportName.POLLING);
    }

    @Test
    void websocketOpensASessionThatHasNothingToUpgradeTo() throws Exception {
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, RawWebSocket.HANDSHAKE)) {
            assertThat(socket.answer.headers()).containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(socket.readText()).matches("0\\{\"sid\":\"[-_A-Za-z0-9]{22}\",\"upgrades\":\\[],"
                    + "\"pingInterval\":60000,\"pingTimeout\":60000,\"maxPayload\":100000}");
            assertThat(server.only().session.transport()).isEqualTo(TransportName.WEBSOCKET);
        }
    }

    @Test
    void sidsHave128BitsAndAreNeverTheSame() throws Exception {
        Set<String> sids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            String sid = RawHttp.open(server.port());
            assertThat(sid).matches("[-_A-Za-z0-9]{22}");
            assertThat(RawHttp.post(server.port(), sid, "1").status()).isEqualTo(200);
            sids.add(sid);
        }
        assertThat(sids).hasSize(100);
    }

    @ParameterizedTest
    @CsvSource({ "GET,EIO=4,0,Transport unknown", "GET,EIO=4&transport=abc,0,Transport unknown",
            "GET,EIO=4&transport=polling&transport=polling,0,Transport unknown",
            "GET,EIO=4&transport=%,0,Transport unknown", "GET,,0,Transport unknown",
            "GET,transport=polling,5,Unsupported protocol version",
            "GET,EIO=3&transport=polling,5,Unsupported protocol version",
            "GET,EIO=abc&transport=polling,5,Unsupported protocol version",
            "GET,EIO=4&transport=websocket,3,Bad request",
            "GET,EIO=4&transport=polling&sid=unknown,1,Session ID unknown",
            "GET,EIO=4&transport=polling&sid=,1,Session ID unknown",
            "POST,EIO=4&transport=polling&sid=unknown,1,Session ID unknown",
            "POST,EIO=4&transport=polling,2,Bad handshake method", "PUT,EIO=4&transport=polling,2,Bad handshake method",
            "HEAD,EIO=4&transport=polling,2,", "DELETE,EIO=4&transport=polling,2,Bad handshake method" })
    void wrongRequestsAreAnsweredWithTheStandardsCodes(String method, String query, int code, String message)
            throws Exception {
        var answer = RawHttp.once(server.port(), method, query == null ? "" : query, "POST".equals(method) ? "" : null);
        assertThat(answer.status()).isEqualTo(400);
        if (message != null) {
            assertThat(answer.headers()).containsEntry("content-type", "application/json");
            assertThat(answer.body()).isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
        }
        assertThat(server.sessions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "transport=websocket", "EIO=3&transport=websocket", "EIO=4", "EIO=4&transport=abc",
            "EIO=4&transport=polling", "EIO=4&transport=websocket&sid=unknown" })
    void aRefusedWebSocketRequestNeverBecomesAWebSocket(String query) throws Exception {
        try (var socket = RawWebSocket.handshake(server.port(), query, RawWebSocket.HANDSHAKE)) {
            assertThat(socket.answer.status()).isEqualTo(400);
            assertThat(socket.answer.body()).startsWith("{\"code\":");
            assertThat(server.engine.sessions()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 13|X: y",
            "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZQ==",
            "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: ???",
            "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 8|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Upgrade: websocket|Connection: close|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" })
    void aBrokenWebSocketHandshakeIsABadRequest(String a, String b, String c, String d) throws Exception {
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, a, b, c, d)) {
            assertThat(socket.answer.status()).isEqualTo(400);
            assertThat(socket.answer.body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
            assertThat(server.engine.sessions()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "Connection: keep-alive,Upgrade|X: y",
            "Connection: keep-alive|Connection: Upgrade", "Connection: ,\tUPGRADE ,, keep-alive|X: y",
            "connection:Upgrade|Upgrade: foo/1" })
    void connectionIsAListInEveryForm(String first, String second) throws Exception {
        String[] headers = RawWebSocket.headers(second);
        headers[1] = first;
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, headers)) {
            assertThat(socket.answer.status()).isEqualTo(101);
            assertThat(socket.readText()).startsWith("0{");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "Sec-WebSocket-Protocol: one, two|X: y|one",
            "Sec-WebSocket-Protocol: ,|Sec-WebSocket-Protocol: two|two" })
    void aSubprotocolThatIsOfferedIsAnsweredWithTheFirstOne(String first, String second, String answered)
            throws Exception {
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET,
                RawWebSocket.headers(first, second))) {
            assertThat(socket.answer.headers()).containsEntry("sec-websocket-protocol", answered);
            assertThat(socket.readText()).startsWith("0{");
        }
    }

    @Test
    void aSubprotocolThatIsNoneIsABadRequest() throws Exception {
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET,
                RawWebSocket.headers("Sec-WebSocket-Protocol: a b"))) {
            assertThat(socket.answer.status()).isEqualTo(400);
        }
    }

    @Test
    void aRequestLineOf16KilobytesIsTaken() throws Exception {
        assertThat(RawHttp.get(server.port(), RawHttp.POLLING + "&token=" + "x".repeat(16_000)).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "WebSocket", "WEBSOCKET", "webSocket" })
    void theUpgradeHeaderHasNoCase(String spelling) throws Exception {
        String[] headers = RawWebSocket.headers();
        headers[0] = "Upgrade: " + spelling;
        headers[1] = "Connection: keep-alive, upgrade";
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, headers)) {
            assertThat(socket.answer.status()).isEqualTo(101);
        }
    }

    @Test
    void theLimitOfSessionsHoldsForBothTransportsAndFreesUp() throws Exception {
        String first = RawHttp.open(server.port());
        for (int i = 0; i < 4; i++) {
            RawHttp.open(server.port());
        }
        var refused = RawHttp.get(server.port(), RawHttp.POLLING);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).isEqualTo("{\"code\":4,\"message\":\"Too many sessions\"}");
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, RawWebSocket.HANDSHAKE)) {
            assertThat(socket.answer.status()).isEqualTo(503);
            assertThat(socket.answer.body()).isEqualTo("{\"code\":4,\"message\":\"Too many sessions\"}");
        }
        RawHttp.post(server.port(), first, "1");
        assertThat(RawHttp.get(server.port(), RawHttp.POLLING).status()).isEqualTo(200);
    }

    @Test
    void theLimitPerAddressHolds() throws Exception {
        try (var limited = new TestServer(config(Set.of("*"), 100, 1), TestServer.Echo::new);
                var socket = RawWebSocket.open(limited.port())) {
            assertThat(RawHttp.get(limited.port(), RawHttp.POLLING).status()).isEqualTo(503);
            socket.close();
            await().until(() -> limited.engine.sessions() == 0);
            assertThat(RawHttp.get(limited.port(), RawHttp.POLLING).status()).isEqualTo(200);
        }
    }

    @Test
    void onlyListedOriginsGetInAndPlainClientsDo() throws Exception {
        try (var limited = new TestServer(config(Set.of("https://good.example"), 100, 100), TestServer.Echo::new)) {
            var good = RawHttp.get(limited.port(), RawHttp.POLLING, "Origin: https://good.example");
            assertThat(good.status()).isEqualTo(200);
            assertThat(good.headers()).containsEntry("access-control-allow-origin", "https://good.example")
                    .containsEntry("vary", "Origin");
            var bad = RawHttp.get(limited.port(), RawHttp.POLLING, "Origin: https://good.example.evil.example");
            assertThat(bad.status()).isEqualTo(403);
            assertThat(bad.body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
            assertThat(bad.headers()).doesNotContainKey("access-control-allow-origin");
            assertThat(RawHttp.get(limited.port(), RawHttp.POLLING).status()).isEqualTo(200);
            try (var socket = RawWebSocket.handshake(limited.port(), RawWebSocket.WEBSOCKET,
                    RawWebSocket.headers("Origin: https://evil.example"))) {
                assertThat(socket.answer.status()).isEqualTo(403);
            }
            try (var socket = RawWebSocket.handshake(limited.port(), RawWebSocket.WEBSOCKET,
                    RawWebSocket.headers("Origin: https://good.example"))) {
                assertThat(socket.answer.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void aStarLetsEveryOriginIn() throws Exception {
        var answer = RawHttp.get(server.port(), RawHttp.POLLING, "Origin: https://any.example");
        assertThat(answer.headers()).containsEntry("access-control-allow-origin", "https://any.example");
        assertThat(RawHttp.get(server.port(), RawHttp.POLLING).headers()).containsEntry("access-control-allow-origin",
                "*");
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET,
                RawWebSocket.headers("Origin: https://any.example"))) {
            assertThat(socket.answer.status()).isEqualTo(101);
        }
    }

    @Test
    void preflightRequestsAreAnswered() throws Exception {
        var answer = RawHttp.once(server.port(), "OPTIONS", RawHttp.POLLING, null, "Origin: https://any.example",
                "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-one,authorization");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.headers()).containsEntry("access-control-allow-origin", "https://any.example")
                .containsEntry("access-control-allow-methods", "GET,POST")
                .containsEntry("access-control-allow-headers", "x-one,authorization");
        try (var limited = new TestServer(config(Set.of("https://good.example"), 100, 100), TestServer.Echo::new)) {
            assertThat(RawHttp.once(limited.port(), "OPTIONS", RawHttp.POLLING, null, "Origin: https://evil.example")
                    .status()).isEqualTo(403);
        }
    }

    @Test
    void theApplicationSeesTheOpeningRequestButItsTextHidesIt() throws Exception {
        RawHttp.get(server.port(), RawHttp.POLLING, "Authorization: Bearer secret", "Origin: https://a.example",
                "User-Agent: test");
        Handshake handshake = server.only().session.handshake();
        assertThat(handshake.authorization()).contains("Bearer secret");
        assertThat(handshake.origin()).contains("https://a.example");
        assertThat(handshake.userAgent()).contains("test");
        assertThat(handshake.remoteAddress()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(handshake.toString()).doesNotContain("secret");
    }

    @Test
    void theUserAndVersionOfASessionCannotChange() throws Exception {
        String sid = RawHttp.get(server.port(), RawHttp.POLLING, "Authorization: Bearer one").sid();
        String query = RawHttp.POLLING + "&sid=" + sid;
        String[] refused = { "Authorization: Bearer two" };
        assertThat(RawHttp.once(server.port(), "POST", query, "4x", refused).body()).contains("\"code\":3");
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET + "&sid=" + sid,
                RawWebSocket.headers(refused))) {
            assertThat(socket.answer.status()).isEqualTo(400);
        }
        assertThat(RawHttp.get(server.port(), "EIO=3&transport=polling&sid=" + sid).status()).isEqualTo(400);
        assertThat(RawHttp.get(server.port(), "transport=polling&sid=" + sid).status()).isEqualTo(400);
        assertThat(RawHttp.once(server.port(), "POST", query, "4same", "Authorization: Bearer one").status())
                .isEqualTo(200);
        assertThat(RawHttp.post(server.port(), sid, "4none").status()).isEqualTo(200);
        assertThat(server.only().events).containsExactly("same", "none");
    }

    @Test
    void aRefusedPostIsAnsweredBeforeItsBodyHasCome() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=unknown", null, "Content-Length: 90000");
            assertThat(http.answer().status()).isEqualTo(400);
        }
    }
}
