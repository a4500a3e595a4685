package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class SlowReaderTest {
    private static final EngineMessage BIG = EngineMessage.binary(new byte[1_000_000]);
    private final TestServer server = new TestServer(config(Duration.ofSeconds(60)), TestServer.Echo::new);

    private static EngineConfig config(Duration timeout) {
        return EngineConfig.defaults(TestServer.PATH)
                .with(new EngineConfig.Heartbeat(Duration.ofSeconds(60), timeout, Duration.ZERO))
                .with(new EngineConfig.Queue(64 * 1024, 100_000_000, Duration.ofSeconds(30)))
                .with(new EngineConfig.Limits(2_000_000, 100, 10, 10));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void stuff(EngineSession session) {
        for (int i = 0; i < 50; i++) {
            session.send(BIG);
        }
    }

    @Test
    void sendingNeverBlocksAndTheRoomComesBackWhenThePeerReads() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            EngineSession session = server.only().session;
            assertThat(session.hasRoom()).isTrue();
            stuff(session);
            assertThat(session.hasRoom()).isFalse();
            CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> awaitRoom(session));
            for (int i = 0; i < 50; i++) {
                assertThat(socket.read().payload()).hasSize(1_000_000);
            }
            assertThat(room.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(session.hasRoom()).isTrue();
        }
    }

    private static boolean awaitRoom(EngineSession session) {
        try {
            return session.awaitRoom();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStuckPeerHoldsUpNobodyElse() throws Exception {
        try (RawWebSocket stuck = RawWebSocket.open(server.port());
                RawWebSocket other = RawWebSocket.open(server.port())) {
            stuff(server.sessions.getFirst().session);
            other.text("4hello");
            assertThat(other.readText()).isEqualTo("4hello");
            // Its input is still read.
            stuck.text("4in");
            await().until(() -> server.sessions.getFirst().events.contains("in"));
        }
    }

    @Test
    void theHardLimitClosesTheSessionAndFreesItsWaiters() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            EngineSession session = server.only().session;
            stuff(session);
            CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> awaitRoom(session));
            stuff(session);
            stuff(session);
            assertThat(session.send(BIG)).isFalse();
            assertThat(session.isClosed()).isTrue();
            assertThat(room.get(30, TimeUnit.SECONDS)).isFalse();
            await().untilAsserted(() -> assertThat(server.only().events).containsExactly("closed: transport error"));
            assertCutOff(socket);
        }
    }

    @Test
    void closingASessionThatIsStuckEndsAfterThePingTimeout() throws Exception {
        try (TestServer strict = new TestServer(config(Duration.ofMillis(300)), TestServer.Recorded::new);
                RawWebSocket socket = RawWebSocket.open(strict.port())) {
            stuff(strict.only().session);
            strict.only().session.close();
            assertThat(strict.only().session.isClosed()).isTrue();
            await().untilAsserted(() -> assertThat(strict.only().events).containsExactly("closed: forced close"));
            assertCutOff(socket);
        }
    }

    private static void assertCutOff(RawWebSocket socket) throws Exception {
        byte[] buffer = new byte[1 << 20];
        int total = 0;
        try {
            for (int n = socket.http.in().read(buffer); n >= 0; n = socket.http.in().read(buffer)) {
                total += n;
            }
        } catch (java.net.SocketException e) {
            // Reset is an end as good as any.
        }
        assertThat(total).isLessThan(50_000_000);
    }

    @Test
    void aFloodOfPingsIsAnsweredWithinBounds() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            stuff(server.only().session);
            for (int i = 0; i < 20_000; i++) {
                socket.frame(RawWebSocket.PING, new byte[] { (byte) (i >> 8), (byte) i });
            }
            socket.text("4end");
            boolean last = false;
            for (RawWebSocket.Got got = socket.read(); got.first() != RawWebSocket.TEXT; got = socket.read()) {
                last |= got.first() == 0x8a && got.payload()[0] == (byte) (19_999 >> 8)
                        && got.payload()[1] == (byte) 19_999;
            }
            assertThat(last).isTrue();
        }
    }
}
