package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ProofOfReceiptTest {
    private final TestServer server = TestServer.quiet();
    private final List<String> received = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    private void sendAndAsk(String text) {
        EngineSession session = server.sessions.getLast().session;
        session.send(EngineMessage.text(text));
        session.whenReceived(() -> received.add(text));
    }

    @Test
    void anActionRunsOnceThePeerHasAnsweredThePingBehindTheMessage() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            sendAndAsk("a");
            assertThat(socket.readText()).isEqualTo("4a");
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("4echo");
            assertThat(socket.readText()).isEqualTo("4echo");
            assertThat(received).isEmpty();
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).containsExactly("a"));
        }
    }

    @Test
    void whatIsRegisteredBehindAPingWaitsForTheNextOne() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            sendAndAsk("a");
            assertThat(socket.readText()).isEqualTo("4a");
            assertThat(socket.readText()).isEqualTo("2");
            sendAndAsk("b");
            sendAndAsk("c");
            assertThat(socket.readText()).isEqualTo("4b");
            assertThat(socket.readText()).isEqualTo("4c");
            socket.text("3");
            assertThat(socket.readText()).isEqualTo("2");
            // the next ping may be written a moment before what the pong proved is told
            await().untilAsserted(() -> assertThat(received).containsExactly("a"));
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).containsExactly("a", "b", "c"));
        }
    }

    @Test
    void unaskedPongsProveNothing() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            socket.text("3");
            socket.text("3");
            socket.text("4begin");
            assertThat(socket.readText()).isEqualTo("4begin");
            sendAndAsk("a");
            assertThat(socket.readText()).isEqualTo("4a");
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3junk");
            socket.text("4echo");
            assertThat(socket.readText()).isEqualTo("4echo");
            assertThat(received).isEmpty();
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).containsExactly("a"));
            socket.text("3");
            socket.text("4end");
            assertThat(socket.readText()).isEqualTo("4end");
            assertThat(received).containsExactly("a");
        }
    }

    @Test
    void aPongBeforeThePingWasWrittenProvesNothing() throws Exception {
        String sid = RawHttp.open(server.port());
        sendAndAsk("a");
        RawHttp.post(server.port(), sid, "3");
        assertThat(received).isEmpty();
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4a\u001e2");
        RawHttp.post(server.port(), sid, "3");
        assertThat(received).containsExactly("a");
    }

    @Test
    void oneHeartbeatProvesAllThatWentBefore() throws Exception {
        EngineConfig config = EngineConfig
                .defaults(TestServer.PATH).with(new EngineConfig.Heartbeat(Duration.ofMillis(200),
                        Duration.ofSeconds(20), Duration.ofSeconds(60)))
                .with(new EngineConfig.Limits(100_000, 100, 10, 10));
        try (TestServer lazy = new TestServer(config, TestServer.Echo::new);
                RawWebSocket socket = RawWebSocket.open(lazy.port())) {
            EngineSession session = lazy.only().session;
            session.send(EngineMessage.text("a"));
            session.whenReceived(() -> received.add("a"));
            session.send(EngineMessage.text("b"));
            session.whenReceived(() -> received.add("b"));
            assertThat(socket.readText()).isEqualTo("4a");
            assertThat(socket.readText()).isEqualTo("4b");
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).containsExactly("a", "b"));
        }
    }

    @Test
    void messagesCloseTogetherShareOneProof() throws Exception {
        EngineConfig config = EngineConfig
                .defaults(TestServer.PATH).with(new EngineConfig.Heartbeat(Duration.ofSeconds(60),
                        Duration.ofSeconds(60), Duration.ofMillis(300)))
                .with(new EngineConfig.Limits(100_000, 100, 10, 10));
        try (TestServer delayed = new TestServer(config, TestServer.Echo::new);
                RawWebSocket socket = RawWebSocket.open(delayed.port())) {
            EngineSession session = delayed.only().session;
            for (int i = 0; i < 50; i++) {
                String text = "m" + i;
                session.send(EngineMessage.text(text));
                session.whenReceived(() -> received.add(text));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(socket.readText()).isEqualTo("4m" + i);
            }
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).hasSize(50));
            assertThat(received).startsWith("m0", "m1").endsWith("m49");
        }
    }

    @Test
    void aPeerThatLeavesAProofUnansweredIsClosedAndTheActionNeverRuns() throws Exception {
        EngineConfig config = TestServer.config(Duration.ofSeconds(60), Duration.ofMillis(200));
        try (TestServer strict = new TestServer(config, TestServer.Echo::new);
                RawWebSocket socket = RawWebSocket.open(strict.port())) {
            strict.only().session.send(EngineMessage.text("a"));
            strict.only().session.whenReceived(() -> received.add("a"));
            assertThat(socket.readText()).isEqualTo("4a");
            assertThat(socket.readText()).isEqualTo("2");
            assertThat(socket.read().closeCode()).isEqualTo(1000);
            socket.text("3");
            socket.close(1000);
            assertThat(socket.atEnd()).isTrue();
            await().untilAsserted(() -> assertThat(strict.only().events).containsExactly("closed: ping timeout"));
            strict.only().session.whenReceived(() -> received.add("late"));
            assertThat(received).isEmpty();
        }
    }

    @Test
    void proofsAreHeldDuringAnUpgradeAndComeOverTheWebSocket() throws Exception {
        String sid = RawHttp.open(server.port());
        try (RawWebSocket socket = RawWebSocket.forSession(server.port(), sid)) {
            socket.text("2probe");
            assertThat(socket.readText()).isEqualTo("3probe");
            sendAndAsk("a");
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4a");
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("6");
            socket.text("5");
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3");
            await().untilAsserted(() -> assertThat(received).containsExactly("a"));
        }
    }

    @Test
    void anActionThatFailsClosesTheSession() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            server.only().session.whenReceived(() -> {
                throw new IllegalStateException("on purpose");
            });
            assertThat(socket.readText()).isEqualTo("2");
            socket.text("3");
            assertThat(socket.read().closeCode()).isEqualTo(1011);
            await().untilAsserted(() -> assertThat(server.only().events).containsExactly("closed: forced close"));
        }
    }
}
