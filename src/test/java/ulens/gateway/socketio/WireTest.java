package ulens.gateway.socketio;

import io.helidon.webserver.WebServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.work.Pace;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The echo fixture and other servers, spoken to in raw WebSocket messages. */
@Timeout(60)
class WireTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static WebServer echo;

    @BeforeAll
    static void start() {
        echo = SocketIoEcho.start(0);
    }

    @AfterAll
    static void stop() {
        echo.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = { "40", "40{\"token\":\"123\"}", "40/custom,", "40/custom",
            "40/custom,{\"token\":\"abc\"}" })
    void connectsAndHandsTheAuthPayloadOn(String connect) {
        try (RawClient client = RawClient.open(echo.port())) {
            client.say(connect);
            String prefix = connect.contains("/custom") ? "/custom," : "";
            String auth = connect.contains("{") ? connect.substring(connect.indexOf('{')) : "{}";
            assertThat(client.next()).asString().matches("40" + prefix + "\\{\"sid\":\"[\\w-]{22}\"}");
            assertThat(client.next()).isEqualTo("42" + prefix + "[\"auth\"," + auth + "]");
        }
    }

    @Test
    void refusesAnUnknownNamespace() {
        try (RawClient client = RawClient.open(echo.port())) {
            client.say("40/random");
            assertThat(client.next()).isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
        }
    }

    @Test
    void closesWhoNeverConnects() {
        try (RawClient client = RawClient.open(echo.port())) {
            assertThat(client.next()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void keepsTheConnectionOfWhoLeavesANamespace() {
        try (RawClient client = RawClient.connected(echo.port())) {
            client.say("40/custom");
            assertThat(client.next()).asString().startsWith("40/custom,");
            assertThat(client.next()).isEqualTo("42/custom,[\"auth\",{}]");
            client.say("41/custom");
            client.say("42[\"message\",\"message to main namespace\"]");
            assertThat(client.next()).isEqualTo("42[\"message-back\",\"message to main namespace\"]");
            client.say("41");
            client.say("40");
            assertThat(client.next()).asString().startsWith("40{\"sid\":");
        }
    }

    @Test
    void echoesTextAndBinaryEventsAndAcks() {
        try (RawClient client = RawClient.connected(echo.port())) {
            client.say("42[\"message\",1,\"2\",{\"3\":[true]}]");
            assertThat(client.next()).isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
            client.say("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
            assertThat(client.next()).isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
            String places = "{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,\"num\":1}}]";
            client.say("452-[\"message\"," + places);
            client.say((byte) 1, (byte) 2, (byte) 3);
            client.say(new byte[0]);
            assertThat(client.next()).isEqualTo("452-[\"message-back\"," + places);
            assertThat(client.next()).isEqualTo(new byte[] { 1, 2, 3 });
            assertThat(client.next()).isEqualTo(new byte[0]);
            client.say("452-789[\"message-with-ack\"," + places);
            client.say((byte) 1);
            client.say((byte) 2);
            assertThat(client.next()).isEqualTo("462-789[" + places);
            assertThat(client.next()).isEqualTo(new byte[] { 1 });
            assertThat(client.next()).isEqualTo(new byte[] { 2 });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "4abc", "42{}", "42", "42abc[\"message-with-ack\",1]", "42[\"message\"", "42[1]",
            "42[\"connect\"]", "40", "42/custom,[\"message\"]", "44{}", "450-[\"message\"]", "451-[\"message\"]",
            "43[]" })
    void closesUponInvalidFormat(String message) {
        try (RawClient client = RawClient.connected(echo.port())) {
            client.say(message);
            assertThat(client.next()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void closesUponAnInvalidHandshakeAndStrayBinary() {
        try (RawClient client = RawClient.open(echo.port());
                RawClient other = RawClient.open(echo.port())) {
            client.say("4abc");
            other.say((byte) 1);
            assertThat(client.next()).isEqualTo(RawClient.CLOSED);
            assertThat(other.next()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void tellsTheReasonsOfTheEngine() throws Exception {
        BlockingQueue<String> reasons = new LinkedBlockingQueue<>();
        SocketIoConfig settings = SocketIoConfig.defaults()
                .with(TestServer.engine(Duration.ofMillis(300), Duration.ofMillis(200)));
        try (TestServer server = TestServer.start(settings, io -> io.namespace("/").onConnection(socket -> {
            socket.onDisconnect(reasons::add);
            socket.emit("auth", socket.auth());
        }))) {
            try (RawClient silent = RawClient.open(server.port(), false)) {
                silent.say("40");
                assertThat(reasons.poll(20, TimeUnit.SECONDS)).isEqualTo("ping timeout");
            }
            RawClient leaving = RawClient.connected(server.port());
            leaving.say("1");
            assertThat(reasons.poll(20, TimeUnit.SECONDS)).isEqualTo("transport close");
            RawClient cut = RawClient.connected(server.port());
            cut.close();
            assertThat(reasons.poll(20, TimeUnit.SECONDS)).isIn("transport close", "transport error");
            RawClient broken = RawClient.connected(server.port());
            broken.say("42{}");
            assertThat(reasons.poll(20, TimeUnit.SECONDS)).isEqualTo("parse error");
            RawClient last = RawClient.connected(server.port());
            server.io().close();
            assertThat(reasons.poll(20, TimeUnit.SECONDS)).isEqualTo("server shutting down");
            assertThat(last.next()).isEqualTo(RawClient.CLOSED);
            assertThat(server.io().awaitHandlers(LONG)).isTrue();
        }
    }

    @Test
    void closesOneByOneUntilNobodyIsLeft() {
        try (TestServer server = TestServer
                .start(io -> io.namespace("/").onConnection(socket -> socket.emit("auth", socket.auth())))) {
            RawClient one = RawClient.connected(server.port());
            RawClient other = RawClient.connected(server.port());
            assertThat(server.io().connections()).isEqualTo(2);
            server.io().closeOneByOne(Pace.unless(new CountDownLatch(1)), Duration.ofMillis(50), _ -> true);
            assertThat(one.next()).isEqualTo(RawClient.CLOSED);
            assertThat(other.next()).isEqualTo(RawClient.CLOSED);
            await().atMost(LONG).until(() -> server.io().connections() == 0);
        }
    }

    @Test
    void saysWhatWasEmittedBeforeADisconnect() {
        try (TestServer server = TestServer.start(io -> io.namespace("/").onConnection(socket -> {
            socket.emit("ERROR", "Invalid token");
            socket.disconnect(true);
        }));
                RawClient client = RawClient.open(server.port())) {
            client.say("40");
            assertThat(client.next()).asString().startsWith("40{");
            assertThat(client.next()).isEqualTo("42[\"ERROR\",\"Invalid token\"]");
            assertThat(client.next()).isEqualTo("41");
            assertThat(client.next()).isEqualTo(RawClient.CLOSED);
        }
    }
}
