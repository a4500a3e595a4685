package ulens.gateway.http;

import org.junit.jupiter.api.Test;
import ulens.gateway.limits.Rate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A connection that is too slow or silent ends at its deadline. */
class DeadlinesTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = TestListener.LONG;
    private static final String HELLO = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

    private static HttpLimits limits(Duration firstByte, Duration head, Duration body, Duration idle) {
        return new HttpLimits(100, 100, 100, Rate.UNLIMITED, firstByte, head, body, idle, _ -> false);
    }

    @Test
    void aSilentConnectionEnds() throws Exception {
        try (var listener = new TestListener(limits(SHORT, LONG, LONG, LONG));
                RawPeer peer = new RawPeer(listener.port())) {
            assertThat(peer.atEnd()).isTrue();
            assertThat(listener.door.ended(Ending.SILENT)).isEqualTo(1);
            await().untilAsserted(() -> assertThat(listener.door.connections()).isZero());
        }
    }

    @Test
    void aHeadThatDripsIsCut() throws Exception {
        try (var listener = new TestListener(limits(LONG, SHORT, LONG, LONG));
                RawPeer peer = new RawPeer(listener.port())) {
            peer.write("GET /hello HTTP/1.1\r\n");
            drip(peer, "X: y\r\n", listener, Ending.SLOW_HEAD);
        }
    }

    @Test
    void aBodyThatDripsIsCut() throws Exception {
        try (var listener = new TestListener(limits(LONG, LONG, SHORT, LONG));
                RawPeer peer = new RawPeer(listener.port())) {
            peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
            drip(peer, "x", listener, Ending.SLOW_BODY);
        }
    }

    @Test
    void chunksThatDripAreCut() throws Exception {
        try (var listener = new TestListener(limits(LONG, LONG, SHORT, LONG));
                RawPeer peer = new RawPeer(listener.port())) {
            peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            drip(peer, "1\r\nx\r\n", listener, Ending.SLOW_BODY);
        }
    }

    private static void drip(RawPeer peer, String drop, TestListener listener, Ending ending) {
        byte[] bytes = drop.getBytes(StandardCharsets.US_ASCII);
        await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            peer.tryWrite(bytes);
            assertThat(listener.door.ended(ending)).isEqualTo(1);
            assertThat(listener.door.connections()).isZero();
        });
    }

    @Test
    void anIdleConnectionEndsAfterItsAnswer() throws Exception {
        try (var listener = new TestListener(limits(LONG, LONG, LONG, SHORT));
                RawPeer peer = new RawPeer(listener.port())) {
            peer.write(HELLO).readUntil("hello");
            peer.write(HELLO).readUntil("hello");
            assertThat(peer.atEnd()).isTrue();
            assertThat(listener.door.ended(Ending.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void anAnswerThatIsNotReadIsCut() throws Exception {
        try (var listener = new TestListener(limits(LONG, LONG, SHORT, LONG));
                RawPeer peer = new RawPeer(listener.port())) {
            peer.write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(listener.door.ended(Ending.UNREAD_ANSWER)).isEqualTo(1);
                assertThat(listener.door.connections()).isZero();
            });
        }
    }

    @Test
    void whoIsQuickMeetsNoDeadlineHoweverLongItStays() throws IOException {
        try (var listener = new TestListener(limits(SHORT, SHORT, SHORT, SHORT));
                RawPeer peer = new RawPeer(listener.port())) {
            for (int i = 0; i < 2_000; i++) {
                peer.write(i % 2 == 0 ? HELLO : "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
                peer.readUntil("hello");
            }
            for (Ending ending : Ending.values()) {
                assertThat(listener.door.ended(ending)).as(ending.words()).isZero();
            }
        }
    }
}
