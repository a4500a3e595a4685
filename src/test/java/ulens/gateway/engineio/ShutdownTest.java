package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.work.Pace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ShutdownTest {
    private final TestServer server = TestServer.quiet();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void allSessionsAreClosedNewOnesRefusedAndTheTimerStops() throws Exception {
        String sid = RawHttp.open(server.port());
        try (RawWebSocket socket = RawWebSocket.open(server.port());
                RawHttp poll = new RawHttp(server.port())) {
            poll.send("GET", RawHttp.POLLING + "&sid=" + sid, null);
            PollingTransport polling = PollingTransport.of((Session) server.sessions.getFirst().session);
            await().until(polling::isWaiting);
            server.sessions.get(1).session.send(EngineMessage.text("last words"));
            server.engine.close();
            assertThat(socket.readText()).isEqualTo("4last words");
            assertThat(socket.atEnd()).isTrue();
            assertThat(poll.answer().body()).isEqualTo("1");
        }
        for (TestServer.Recorded recorded : server.sessions) {
            await().untilAsserted(() -> assertThat(recorded.events).containsExactly("closed: server shutting down"));
        }
        var refused = RawHttp.get(server.port(), RawHttp.POLLING);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).isEqualTo("{\"code\":4,\"message\":\"Server shutting down\"}");
        try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, RawWebSocket.HANDSHAKE)) {
            assertThat(socket.answer.status()).isEqualTo(503);
        }
        assertThat(server.engine.sessions()).isZero();
    }

    @Test
    void aPeerThatDoesNotListenIsCutOffAtTheEnd() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            server.engine.close(Duration.ZERO);
            assertThat(socket.atEnd()).isTrue();
        }
    }

    @Test
    void someAreClosedFirstEachHasItsTurnAndTheOthersAreServedUntilThen() throws Exception {
        List<RawWebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sockets.add(RawWebSocket.open(server.port()));
        }
        EngineSession last = server.sessions.getLast().session;
        AtomicLong now = new AtomicLong();
        List<Long> moments = new ArrayList<>();
        server.engine.closeOneByOne(new Pace(now::get, nanos -> {
            moments.add(now.addAndGet(nanos));
            assertThat(last.send(EngineMessage.text("served"))).isTrue();
            return false;
        }), Duration.ofNanos(1_000), session -> session != last);
        assertThat(moments).containsExactly(100L, 200L, 300L, 400L, 500L, 600L, 700L, 800L, 900L);
        for (int i = 0; i < 9; i++) {
            assertThat(sockets.getLast().readText()).isEqualTo("4served");
        }
        for (RawWebSocket socket : sockets) {
            assertThat(socket.atEnd()).isTrue();
            socket.close();
        }
        assertThat(RawHttp.get(server.port(), RawHttp.POLLING).status()).isEqualTo(503);
    }
}
