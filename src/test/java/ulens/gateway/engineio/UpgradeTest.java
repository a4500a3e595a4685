package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class UpgradeTest {
    private final TestServer server = TestServer.quiet();
    private String sid;

    @BeforeEach
    void open() throws Exception {
        sid = RawHttp.open(server.port());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawWebSocket probed() throws Exception {
        RawWebSocket socket = RawWebSocket.forSession(server.port(), sid);
        assertThat(socket.answer.status()).isEqualTo(101);
        socket.text("2probe");
        assertThat(socket.readText()).isEqualTo("3probe");
        return socket;
    }

    private RawWebSocket upgraded() throws Exception {
        RawWebSocket socket = probed();
        socket.text("5");
        socket.text("4up");
        assertThat(socket.readText()).isEqualTo("4up");
        return socket;
    }

    private void assertStillPolling() throws Exception {
        assertThat(server.only().session.transport()).isEqualTo(TransportName.POLLING);
        assertThat(RawHttp.post(server.port(), sid, "4well").status()).isEqualTo(200);
        assertThat(RawHttp.poll(server.port(), sid).body()).endsWith("4well");
    }

    @Test
    void theProbeEndsThePendingPollAndTheSessionGoesOnOverTheWebSocket() throws Exception {
        try (RawHttp poll = new RawHttp(server.port())) {
            poll.send("GET", RawHttp.POLLING + "&sid=" + sid, null);
            PollingTransport polling = PollingTransport.of((Session) server.only().session);
            await().until(polling::isWaiting);
            try (RawWebSocket socket = probed()) {
                assertThat(poll.answer().body()).isEqualTo("6");
                server.only().session.send(EngineMessage.text("queued"));
                socket.text("5");
                assertThat(socket.readText()).isEqualTo("4queued");
                assertThat(server.only().session.transport()).isEqualTo(TransportName.WEBSOCKET);
                socket.text("4hello");
                assertThat(socket.readText()).isEqualTo("4hello");
                assertThat(server.only().events).containsExactly("hello");
            }
            await().untilAsserted(
                    () -> assertThat(server.only().events).containsExactly("hello", "closed: transport close"));
            org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(server.engine.known()).isZero());
        }
    }

    @Test
    void aPollSentDuringTheUpgradeIsAnsweredWithANoopIfItTakesLong() throws Exception {
        try (RawWebSocket socket = probed()) {
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("6");
            server.only().session.send(EngineMessage.text("by poll"));
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4by poll");
            socket.text("5");
            socket.text("4hello");
            assertThat(socket.readText()).isEqualTo("4hello");
        }
    }

    @Test
    void pollsAndPostsForAnUpgradedSessionAreRefusedWithoutHarm() throws Exception {
        try (RawWebSocket socket = upgraded()) {
            var poll = RawHttp.poll(server.port(), sid);
            assertThat(poll.status()).isEqualTo(400);
            assertThat(poll.body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
            assertThat(RawHttp.post(server.port(), sid, "4no").status()).isEqualTo(400);
            socket.text("4yes");
            assertThat(socket.readText()).isEqualTo("4yes");
            assertThat(server.only().events).containsExactly("up", "yes");
        }
    }

    /** The conformance suite does not wait for the answer to its probe: it takes it to be there once its poll is. */
    @Test
    void theProbeIsAnsweredBeforeThePollThatTheUpgradeEnds() throws Exception {
        for (int round = 0; round < 200; round++) {
            String id = RawHttp.open(server.port());
            try (RawWebSocket socket = RawWebSocket.forSession(server.port(), id);
                    RawHttp poll = new RawHttp(server.port())) {
                socket.text("2probe");
                socket.text("5");
                do {
                    poll.send("GET", RawHttp.POLLING + "&sid=" + id, null);
                } while (poll.answer().status() != 400);
                assertThat(socket.http.in().available()).as("round %d", round).isPositive();
                assertThat(socket.readText()).isEqualTo("3probe");
            }
        }
    }

    @Test
    void webSocketsForAnUpgradedSessionAreOpenedAndClosedAtOnceWithoutHarm() throws Exception {
        try (RawWebSocket socket = upgraded();
                RawWebSocket second = RawWebSocket.forSession(server.port(), sid)) {
            assertThat(second.answer.status()).isEqualTo(101);
            second.text("2probe");
            assertThat(second.read().closeCode()).isEqualTo(1000);
            socket.text("4yes");
            assertThat(socket.readText()).isEqualTo("4yes");
        }
    }

    @Test
    void aWebSocketSessionCannotBeUpgradedOrPolled() throws Exception {
        try (RawWebSocket first = RawWebSocket.open(server.port())) {
            String other = server.sessions.get(1).session.id();
            try (RawWebSocket second = RawWebSocket.forSession(server.port(), other)) {
                assertThat(second.answer.status()).isEqualTo(400);
            }
            assertThat(RawHttp.poll(server.port(), other).status()).isEqualTo(400);
            first.text("4yes");
            assertThat(first.readText()).isEqualTo("4yes");
        }
    }

    @Test
    void onlyOneUpgradeAtATimeIsAllowed() throws Exception {
        try (RawWebSocket first = probed();
                RawWebSocket second = RawWebSocket.forSession(server.port(), sid)) {
            assertThat(second.answer.status()).isEqualTo(101);
            assertThat(second.read().closeCode()).isEqualTo(1000);
            first.text("5");
            first.text("4yes");
            assertThat(first.readText()).isEqualTo("4yes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "2", "2other", "4hello", "3probe", "1", "abc", "" })
    void aProbeThatIsNoneEndsTheAttemptOnly(String text) throws Exception {
        try (RawWebSocket socket = RawWebSocket.forSession(server.port(), sid)) {
            socket.text(text);
            assertThat(socket.read().closeCode()).isEqualTo(1002);
        }
        assertStillPolling();
        upgraded().close();
    }

    @Test
    void aProbeThatVanishesLeavesTheSessionPolling() throws Exception {
        probed().close();
        assertStillPolling();
        // The session learns of it a moment later, and then another attempt is welcome.
        await().until(() -> {
            try (RawWebSocket again = RawWebSocket.forSession(server.port(), sid)) {
                return again.answer.status() == 101;
            }
        });
    }

    @Test
    void aProbeThatNeverCompletesIsDroppedWithoutHarm() throws Exception {
        EngineConfig config = TestServer.config(Duration.ofMillis(400), Duration.ofMillis(5_000));
        try (TestServer other = new TestServer(config, TestServer.Echo::new)) {
            String id = RawHttp.open(other.port());
            try (RawWebSocket socket = RawWebSocket.forSession(other.port(), id)) {
                socket.text("2probe");
                assertThat(socket.readText()).isEqualTo("3probe");
                Thread client = Thread.startVirtualThread(() -> answerPings(other.port(), id));
                assertThat(socket.read().closeCode()).isEqualTo(1000);
                socket.text("5");
                assertThat(other.only().session.transport()).isEqualTo(TransportName.POLLING);
                assertThat(other.only().events).isEmpty();
                client.interrupt();
            }
        }
    }

    private static void answerPings(int port, String id) {
        try {
            while (!Thread.interrupted()) {
                if (RawHttp.poll(port, id).body().contains("2")) {
                    RawHttp.post(port, id, "3");
                }
            }
        } catch (Exception e) {
            // The test is over.
        }
    }

    @Test
    void aSessionThatEndsTakesItsProbeAlong() throws Exception {
        try (RawWebSocket socket = probed()) {
            server.only().session.close();
            assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("1");
            assertThat(socket.read().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void nothingIsLostOrReorderedOverTheSwitchWhileMessagesFlowBothWays() throws Exception {
        for (int round = 0; round < 20; round++) {
            TestServer.Recorded recorded = server.sessions.getLast();
            int count = 500;
            Thread sender = Thread.startVirtualThread(
                    () -> IntStream.range(0, count).forEach(i -> recorded.session.send(EngineMessage.text("n" + i))));
            List<String> got = new ArrayList<>();
            RawHttp.post(server.port(), sid, "4a");
            try (RawWebSocket socket = RawWebSocket.forSession(server.port(), sid)) {
                socket.text("2probe");
                collect(RawHttp.poll(server.port(), sid).body(), got);
                assertThat(socket.readText()).isEqualTo("3probe");
                RawHttp.post(server.port(), sid, "4b");
                socket.text("5");
                socket.text("4c");
                while (got.stream().filter(text -> text.startsWith("4n")).count() < count || !got.contains("4c")) {
                    got.add(socket.readText());
                }
            }
            sender.join();
            assertThat(got.stream().filter(text -> text.startsWith("4n")))
                    .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(i -> "4n" + i).toList());
            assertThat(recorded.events).startsWith("a", "b", "c");
            sid = RawHttp.open(server.port());
        }
    }

    private static void collect(String payload, List<String> into) {
        into.addAll(List.of(payload.split("\u001e")));
    }
}
