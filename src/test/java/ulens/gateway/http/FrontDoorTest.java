package ulens.gateway.http;

import org.junit.jupiter.api.Test;
import ulens.gateway.limits.Rate;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A new connection is let in, and the one that has been silent for longest is ended to make room. */
class FrontDoorTest {
    private static final Duration LONG = TestListener.LONG;
    private static final String HELLO = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private static HttpLimits limits(int connections, int newcomers, int perAddress, boolean exempt) {
        return new HttpLimits(connections, newcomers, perAddress, Rate.UNLIMITED, LONG, LONG, LONG, LONG, _ -> exempt);
    }

    private static HttpLimits opening(Rate rate, boolean exempt) {
        return new HttpLimits(300, 1_000, 1_000, rate, LONG, LONG, LONG, LONG, _ -> exempt);
    }

    private static void closeAll(List<RawPeer> peers) throws IOException {
        for (RawPeer peer : peers) {
            peer.close();
        }
    }

    private static List<RawPeer> silent(TestListener listener, int number) throws IOException {
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            peers.add(new RawPeer(listener.port()));
        }
        return peers;
    }

    @Test
    void aCrowdOfSilentConnectionsKeepsNobodyOut() throws Exception {
        try (var listener = new TestListener(limits(300, 1_000, 1_000, false))) {
            List<RawPeer> crowd = silent(listener, 1_300);
            for (int i = 0; i < 20; i++) {
                assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            }
            assertThat(listener.door.ended(Ending.EVICTED)).isGreaterThanOrEqualTo(1_000);
            assertThat(listener.door.ended(Ending.REFUSED)).isZero();
            assertThat(listener.door.connections()).isLessThanOrEqualTo(300);
            closeAll(crowd);
            await().untilAsserted(() -> assertThat(listener.door.connections()).isZero());
        }
    }

    @Test
    void oneAddressHasAsManyAsItMayAndItsOldestOneGoes() throws Exception {
        try (var listener = new TestListener(limits(300, 1_000, 10, false))) {
            // one after the other, since connections that are opened together may be accepted in another order
            List<RawPeer> crowd = new ArrayList<>();
            for (int i = 1; i <= 10; i++) {
                int expected = i;
                crowd.add(new RawPeer(listener.port()));
                await().until(() -> listener.door.newcomers() == expected);
            }
            assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            assertThat(crowd.getFirst().atEnd()).isTrue();
            assertThat(listener.door.ended(Ending.EVICTED)).isEqualTo(1);
            assertThat(crowd.getLast().write(HELLO).readAll()).endsWith("hello");
            closeAll(crowd);
        }
    }

    @Test
    void aTrustedProxyHasNoLimitOfItsOwn() throws Exception {
        try (var listener = new TestListener(limits(300, 1_000, 10, true))) {
            List<RawPeer> crowd = silent(listener, 100);
            await().until(() -> listener.door.newcomers() == 100);
            assertThat(listener.door.ended(Ending.EVICTED)).isZero();
            closeAll(crowd);
        }
    }

    @Test
    void anAddressThatOpensTooManyInAShortTimeIsTold() throws Exception {
        Rate two = new Rate(2, Duration.ofHours(1).toNanos());
        try (var listener = new TestListener(opening(two, false))) {
            assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            assertThat(RawPeer.exchange(listener.port(), "")).startsWith("HTTP/1.1 429 ").contains("Retry-After: ");
            assertThat(listener.door.ended(Ending.LIMITED)).isEqualTo(1);
            assertThat(listener.door.ended(Ending.MALFORMED)).isZero();
            await().untilAsserted(() -> assertThat(listener.door.connections()).isZero());
        }
        try (var listener = new TestListener(opening(two, true))) {
            for (int i = 0; i < 10; i++) {
                assertThat(RawPeer.exchange(listener.port(), HELLO)).as("a trusted proxy").endsWith("hello");
            }
        }
    }

    /** A connection that is ended while its handler runs must not go on counting against Helidon's limit. */
    @Test
    void whoMakesRoomDuringARequestLeavesAtOnce() throws Exception {
        try (var listener = new TestListener(limits(5, 1_000, 1_000, false))) {
            List<RawPeer> crowd = new ArrayList<>();
            for (int i = 0; i < 3 * (5 + FrontDoor.SPARE); i++) {
                crowd.add(new RawPeer(listener.port()).write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
            }
            assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            closeAll(crowd);
        }
    }

    @Test
    void whoBelongsHereStaysAndWhereAllDoTheNextOneIsTold() throws Exception {
        try (var listener = new TestListener(limits(5, 1_000, 1_000, false))) {
            List<RawPeer> crowd = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                crowd.add(new RawPeer(listener.port()).write("GET /keep HTTP/1.1\r\nHost: x\r\n\r\n"));
            }
            await().until(() -> listener.door.connections() == 5 && listener.door.newcomers() == 0);
            assertThat(RawPeer.exchange(listener.port(), "")).startsWith("HTTP/1.1 503 ").contains("Retry-After: ");
            assertThat(listener.door.ended(Ending.REFUSED)).isEqualTo(1);
            listener.letGo();
            for (RawPeer peer : crowd) {
                peer.readUntil("kept");
            }
            // with their answers read, they wait for the next request like all others
            await().until(() -> listener.door.newcomers() == 5);
            assertThat(RawPeer.exchange(listener.port(), HELLO)).endsWith("hello");
            closeAll(crowd);
        }
    }

    @Test
    void aFloodDrivesOutItselfAndNotItsNeighbours() {
        Newcomers<String> newcomers = new Newcomers<>();
        newcomers.add("honest 1", "a");
        newcomers.add("honest 2", "b");
        for (int i = 0; i < 10; i++) {
            newcomers.add("flood " + i, "c");
        }
        for (int i = 10; i < 100; i++) {
            assertThat(newcomers.takeInFavourOf("c")).contains("flood " + (i - 10));
            newcomers.add("flood " + i, "c");
        }
        assertThat(newcomers.takeInFavourOf("d")).contains("honest 1");
        newcomers.add("honest 2", "b");
        assertThat(newcomers.takeInFavourOf("d")).contains("flood 90");
        assertThat(newcomers.takeOldestOf("b")).contains("honest 2");
        assertThat(newcomers.takeOldestOf("b")).isEmpty();
        assertThat(newcomers.of("c")).isEqualTo(9);
        assertThat(newcomers.size()).isEqualTo(9);
    }
}
