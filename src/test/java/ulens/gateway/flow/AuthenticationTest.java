package ulens.gateway.flow;

import io.socket.client.IO;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ulens.gateway.Gateway;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.rabbitmq.CapturedLog;

import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Only a client with a valid token is let in; a refused client gets the reason and is disconnected. */
@GatewayTest
class AuthenticationTest {
    private static TestGateway gateway;

    static Stream<Arguments> failures() throws Exception {
        long later = Instant.now().plusSeconds(3600).getEpochSecond();
        String claims = "{\"userId\":\"mallory\",\"exp\":" + later + "}";
        String good = TestTokens.signed(claims);
        String unsigned = TestTokens.encoded("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + TestTokens.encoded(claims.getBytes(StandardCharsets.UTF_8)) + ".";
        return Stream.of(Arguments.of("none", null, "Missing token"), Arguments.of("empty", "", "Missing token"),
                Arguments.of("not a token", "abc", "Invalid token"),
                Arguments.of("three empty parts", "..", "Invalid token"),
                Arguments.of("not base64", "!!.!!.!!", "Invalid token"),
                Arguments.of("alg none", unsigned, "Invalid token"),
                Arguments.of("no signature", good.substring(0, good.lastIndexOf('.') + 1), "Invalid token"),
                Arguments.of("other key",
                        TestTokens.signed("{\"alg\":\"HS256\"}", claims, "HmacSHA256",
                                "another-secret-of-the-attacker"),
                        "Invalid token"),
                Arguments.of("HS512", TestTokens.signed("{\"alg\":\"HS512\"}", claims, "HmacSHA512", TestTokens.SECRET),
                        "Invalid token"),
                Arguments.of("HS384", TestTokens.signed("{\"alg\":\"HS384\"}", claims, "HmacSHA384", TestTokens.SECRET),
                        "Invalid token"),
                Arguments.of("no alg", TestTokens.signed("{\"typ\":\"JWT\"}", claims, "HmacSHA256", TestTokens.SECRET),
                        "Invalid token"),
                Arguments.of("RS256 in name",
                        TestTokens.signed("{\"alg\":\"RS256\"}", claims, "HmacSHA256", TestTokens.SECRET),
                        "Invalid token"),
                Arguments.of("RS256", rsa(claims), "Invalid token"),
                Arguments.of("expired", TestTokens.of("mallory", Instant.now().minusSeconds(1)), "Token expired"),
                Arguments.of("not yet valid",
                        TestTokens.signed("{\"userId\":\"mallory\",\"nbf\":" + (later - 1800) + "}"), "Invalid token"),
                Arguments.of("no user", TestTokens.signed("{\"exp\":" + later + "}"), "Invalid token"),
                Arguments.of("empty user", TestTokens.signed("{\"userId\":\"\"}"), "Invalid token"),
                Arguments.of("user is an object", TestTokens.signed("{\"userId\":{}}"), "Invalid token"),
                Arguments.of("user is half of a surrogate pair", TestTokens.signed("{\"userId\":\"\\ud83d\"}"),
                        "Invalid token"),
                Arguments.of("user holds U+0000", TestTokens.signed("{\"userId\":\"a\\u0000\"}"), "Invalid token"),
                Arguments.of("user is not an integer", TestTokens.signed("{\"userId\":1.5}"), "Invalid token"),
                Arguments.of("exp is text", TestTokens.signed("{\"userId\":\"m\",\"exp\":\"never\"}"), "Invalid token"),
                Arguments.of("claims are a list", TestTokens.signed("[]"), "Invalid token"),
                Arguments.of("changed claims", forged(good), "Invalid token"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void aBadTokenIsToldAndTheClientIsDisconnected(String name, String token, String message) {
        Map<String, String> auth = token == null ? Map.of() : Map.of("token", token);
        try (TestClient client = TestClient.connecting(gateway.port(), auth)) {
            client.await("disconnect");
            assertThat(client.names()).containsExactly("connect", "ERROR", "disconnect");
            assertThat(client.await("ERROR").payload()).isEqualTo(message);
            assertThat(client.await("disconnect").payload()).isEqualTo("io server disconnect");
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_connections{") == 0);
        }
    }

    @Test
    void whoeverIsRefusedOnLongPollingHearsWhyBeforeTheConnectionEnds() {
        for (int i = 0; i < 20; i++) {
            IO.Options options = IO.Options.builder().setReconnection(false).setForceNew(true)
                    .setTransports(new String[] { "polling" }).setAuth(Map.of("token", "abc")).build();
            try (TestClient client = TestClient.connecting(gateway.port(), options)) {
                client.await("disconnect");
                assertThat(client.names()).containsExactly("connect", "ERROR", "disconnect");
                assertThat(client.await("disconnect").payload()).isEqualTo("io server disconnect");
            }
        }
    }

    @Test
    void aTokenInTheQueryIsNotAToken() {
        IO.Options options = IO.Options.builder().setTransports(new String[] { "websocket" }).setReconnection(false)
                .setForceNew(true).setQuery("token=" + TestTokens.of("query")).build();
        try (TestClient client = TestClient.connecting(gateway.port(), options)) {
            assertThat(client.await("ERROR").payload()).isEqualTo("Missing token");
        }
    }

    @Test
    void aBearerTokenInTheHandshakeIsAccepted() {
        IO.Options options = IO.Options.builder().setTransports(new String[] { "websocket" }).setReconnection(false)
                .setForceNew(true)
                .setExtraHeaders(Map.of("Authorization", List.of("Bearer " + TestTokens.of("bearer")))).build();
        try (TestClient client = TestClient.connecting(gateway.port(), options)) {
            client.await("connect");
            assertThat(TestClient.get(client.subscribe(), "ok")).isEqualTo(true);
        }
    }

    @Test
    void theSubjectIsTheUserWhereThereIsNoUserId() {
        String token = TestTokens.signed("{\"sub\":\"subject-user\"}");
        try (TestClient client = TestClient.connect(gateway.port(), token)) {
            client.subscribe();
            gateway.broker().publish("subject-user", 1, 1);
            assertThat(client.awaitIds(1)).containsExactly(1L);
        }
    }

    @Test
    void aTokenThatExpiresDuringTheConnectionEndsIt() {
        String token = TestTokens.of("short", Instant.now().plusSeconds(2));
        try (TestClient client = TestClient.connect(gateway.port(), token)) {
            assertThat(TestClient.get(client.subscribe(), "ok")).isEqualTo(true);
            client.await("disconnect");
            assertThat(client.await("ERROR").payload()).isEqualTo("Token expired");
            assertThat(client.await("disconnect").payload()).isEqualTo("io server disconnect");
        }
    }

    @Test
    void withConnectErrorTheConnectionIsRefusedWithTheSameMessage() {
        try (TestGateway strict = new TestGateway(Map.of("AUTH_REJECT", "connect-error"));
                TestClient client = TestClient.connecting(strict.port(), Map.of("token", "abc"))) {
            assertThat(((JSONObject) client.await("connect_error").payload()).opt("message"))
                    .isEqualTo("Invalid token");
            assertThat(client.all("connect")).isEmpty();
        }
    }

    private static String forged(String token) {
        String[] parts = token.split("\\.");
        return parts[0] + "." + TestTokens.encoded("{\"userId\":\"admin\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + parts[2];
    }

    private static String rsa(String claims) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String content = TestTokens.encoded("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + TestTokens.encoded(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(generator.generateKeyPair().getPrivate());
        signature.update(content.getBytes(StandardCharsets.UTF_8));
        return content + "." + TestTokens.encoded(signature.sign());
    }

    @Test
    void aTokenThatIsValidInAMomentIsAcceptedBecauseClocksDiffer() {
        String token = TestTokens
                .signed("{\"userId\":\"early\",\"nbf\":" + Instant.now().plusSeconds(3).getEpochSecond() + "}");
        try (TestClient client = TestClient.connect(gateway.port(), token)) {
            assertThat(TestClient.get(client.subscribe(), "ok")).isEqualTo(true);
        }
    }

    /** The timer that ends a connection when its token expires uses another clock here, and is not due. */
    @Test
    void theTokenIsCheckedAgainAtTheSubscription() {
        AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
        InstantSource clock = () -> Instant.now().plus(later.get());
        try (TestGateway moved = new TestGateway(Map.of(), clock.withZone(ZoneOffset.UTC));
                TestClient client = TestClient.connect(moved.port(), TestTokens.of("late"))) {
            client.await("connect");
            later.set(Duration.ofHours(2));
            JSONObject answer = client.subscribe();
            assertThat(TestClient.get(answer, "ok")).isEqualTo(false);
            assertThat(answer.optJSONObject("error").optString("message")).isEqualTo("Token expired");
            assertThat(client.await("ERROR").payload()).isEqualTo("Token expired");
            assertThat(client.await("disconnect").payload()).isEqualTo("io server disconnect");
        }
    }

    @Test
    void aShortSecretWorksAndIsWarnedOf() {
        try (CapturedLog log = new CapturedLog(Gateway.class);
                TestGateway old = new TestGateway(Map.of("ACCESS_SECRET_KEY", "secret"));
                TestClient client = TestClient.connect(old.port(),
                        TestTokens.signed("{\"alg\":\"HS256\"}", "{\"userId\":\"old\"}", "HmacSHA256", "secret"))) {
            assertThat(TestClient.get(client.subscribe(), "ok")).isEqualTo(true);
            assertThat(log.anyContains("ACCESS_SECRET_KEY")).isTrue();
            assertThat(log.messages()).noneMatch(line -> line.contains("=secret") || line.contains("'secret'"));
        }
    }
}
