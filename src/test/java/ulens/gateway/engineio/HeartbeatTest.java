package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class HeartbeatTest {
    private final TestServer server = TestServer.echo(Duration.ofMillis(100), Duration.ofMillis(3_000));
    private final TestServer strict = TestServer.echo(Duration.ofMillis(100), Duration.ofMillis(100));

    @AfterEach
    void stop() {
        server.close();
        strict.close();
    }

    @Test
    void theServerPingsOverAWebSocket() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            for (int i = 0; i < 5; i++) {
                assertThat(socket.readText()).isEqualTo("2");
                socket.text("3");
            }
            assertThat(server.only().events).isEmpty();
        }
    }

    @Test
    void theServerPingsOverPolling() throws Exception {
        String sid = RawHttp.open(server.port());
        for (int i = 0; i < 5; i++) {
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("2");
            assertThat(RawHttp.post(server.port(), sid, "3").body()).isEqualTo("ok");
        }
        assertThat(server.only().events).isEmpty();
    }

    @Test
    void aWebSocketPeerThatDoesNotAnswerIsClosed() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(strict.port())) {
            assertThat(socket.readText()).isEqualTo("2");
            assertThat(socket.read().closeCode()).isEqualTo(1000);
            await().untilAsserted(() -> assertThat(strict.only().events).containsExactly("closed: ping timeout"));
            assertThat(strict.engine.sessions()).isZero();
        }
    }

    @Test
    void aPollingPeerThatVanishesLeavesNothingBehind() throws Exception {
        String sid = RawHttp.open(strict.port());
        await().untilAsserted(() -> assertThat(strict.only().events).containsExactly("closed: ping timeout"));
        assertThat(strict.engine.sessions()).isZero();
        org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(strict.engine.known()).isZero());
        assertThat(RawHttp.poll(strict.port(), sid).status()).isEqualTo(400);
    }

    @Test
    void aPollingPeerThatPollsButDoesNotAnswerIsClosedToo() throws Exception {
        String sid = RawHttp.open(strict.port());
        assertThat(RawHttp.poll(strict.port(), sid).body()).isEqualTo("2");
        assertThat(RawHttp.poll(strict.port(), sid).body()).contains("1");
        await().untilAsserted(() -> assertThat(strict.only().events).containsExactly("closed: ping timeout"));
    }

    @Test
    void messagesAreNoAnswerToAPing() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(strict.port())) {
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3not a pong");
            socket.text("4still here");
            assertThat(socket.readText()).isEqualTo("4still here");
            assertThat(socket.read().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void allHeartbeatsShareOneThread() throws Exception {
        long before = timers();
        for (int i = 0; i < 20; i++) {
            RawHttp.open(server.port());
        }
        assertThat(timers()).isEqualTo(before);
    }

    private static long timers() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("engineio-timer")).count();
    }
}
