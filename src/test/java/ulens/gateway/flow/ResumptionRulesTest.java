package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.Gateway;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Which client may resume, what it gets, and how its old connection ends, tested at the level of the wire. */
@GatewayTest
class ResumptionRulesTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aResumedClientGetsExactlyTheRowsAfterItsOffsetAndTheOnesBeforeCountAsDelivered() {
        String pid;
        String offset;
        try (RawSocket first = subscribed(gateway)) {
            gateway.broker().publish(user, 1, 5);
            await().atMost(TestClient.PATIENCE).until(() -> rows(first).size() == 5);
            pid = first.pid();
            offset = offset(first.all("42/ws,[\"NEW_NOTIFICATION\"").get(2));
            first.cut();
        }
        try (RawSocket again = resume(gateway, user, pid, "\"" + offset + "\"")) {
            assertThat(again.pid()).isEqualTo(pid);
            await().atMost(TestClient.PATIENCE).until(() -> rows(again).size() == 2);
            gateway.broker().publish(user, 6, 6);
            await().atMost(TestClient.PATIENCE).until(() -> rows(again).equals(List.of(4L, 5L, 6L)));
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from delivery where user_id = ? and delivered_at is null", user) == 0);
        }
    }

    @Test
    void rowsThatWereReadLongAgoDoNotComeWithAResumption() throws Exception {
        gateway.broker().publish(user, 1, 100);
        awaitRows(100);
        try (TestClient client = gateway.client(user)) {
            client.read(
                    IntStream.rangeClosed(1, 100).filter(id -> id != 5).mapToObj(Long::valueOf).toArray(Long[]::new));
        }
        String pid;
        String rowOffset;
        String syncedOffset;
        try (RawSocket first = subscribed(gateway)) {
            assertThat(rows(first)).containsExactly(5L);
            pid = first.pid();
            rowOffset = offset(first.all("42/ws,[\"NEW_NOTIFICATION\"").getFirst());
            syncedOffset = offset(first.all("42/ws,[\"NOTIFICATIONS_SYNCED\"").getFirst());
            first.cut();
        }
        for (String offset : List.of(rowOffset, syncedOffset)) {
            try (RawSocket again = resume(gateway, user, pid, "\"" + offset + "\"")) {
                again.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
                assertThat(again.pid()).isEqualTo(pid);
                assertThat(rows(again)).isEmpty();
                again.cut();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"nonsense\"", "\"1\"", "\"zzzzzzzz.%s\"", "\"1.0\"", "17", "{}", "\"-1.%s\"",
            "\"1.%s.zzzzzzzz\"", "\"\\u0000\"" })
    void aMalformedForeignOrTooLargeOffsetIsAFreshStart(String offset) {
        String pid;
        try (RawSocket first = subscribed(gateway)) {
            gateway.broker().publish(user, 1, 2);
            await().atMost(TestClient.PATIENCE).until(() -> rows(first).size() == 2);
            pid = first.pid();
            first.cut();
        }
        String mark = Integer.toUnsignedString(user.hashCode(), 36);
        try (RawSocket again = resume(gateway, user, pid, offset.formatted(mark))) {
            assertThat(again.pid()).isNotEqualTo(pid);
        }
    }

    @Test
    void anotherUsersPidIsAFreshStart() {
        try (RawSocket first = subscribed(gateway);
                RawSocket thief = resume(gateway, "thief-" + user, first.pid(), null)) {
            assertThat(thief.pid()).isNotEqualTo(first.pid());
            assertThat(first.closed()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "\"\"", "5", "{}", "\"unknown\"", "\"\\u0000\"", "null" })
    void anUnknownPidIsAFreshStart(String pid) {
        try (RawSocket raw = RawSocket.connect(gateway.port(),
                "{\"token\":\"%s\",\"pid\":%s}".formatted(TestTokens.of(user), pid))) {
            assertThat(raw.pid()).hasSize(22);
        }
    }

    @Test
    void aClientThatLeftOnPurposeCannotResume() {
        String pid;
        try (RawSocket first = subscribed(gateway)) {
            pid = first.pid();
            first.send("41/ws,");
        }
        try (RawSocket again = resume(gateway, user, pid, null)) {
            assertThat(again.pid()).isNotEqualTo(pid);
        }
    }

    @Test
    void afterTheLongestDisconnectionItIsTooLate() {
        String pid;
        try (RawSocket first = subscribed(gateway)) {
            pid = first.pid();
            first.cut();
        }
        await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                .number("select count(*) from client_session where pid = ? and disconnected_at is not null", pid) == 1);
        gateway.database()
                .execute("update client_session set disconnected_at = now() - interval '25 hours' where pid = ?", pid);
        try (RawSocket again = resume(gateway, user, pid, null)) {
            assertThat(again.pid()).isNotEqualTo(pid);
        }
    }

    @Test
    void aConnectionThatStillLooksAliveIsTakenOver() {
        try (RawSocket halfOpen = subscribed(gateway)) {
            try (RawSocket again = resume(gateway, user, halfOpen.pid(), null)) {
                assertThat(again.pid()).isEqualTo(halfOpen.pid());
                await().atMost(TestClient.PATIENCE).until(halfOpen::closed);
                gateway.broker().publish(user, 1, 3);
                await().atMost(TestClient.PATIENCE).until(() -> rows(again).equals(List.of(1L, 2L, 3L)));
                assertThat(rows(halfOpen)).isEmpty();
                assertThat(gateway.database().column(
                        "select epoch from client_session where pid = ? and disconnected_at is null", halfOpen.pid()))
                                .containsExactly("2");
            }
        }
    }

    @Test
    void aClientResumesOnAnotherNodeAndItsOldConnectionThereIsClosed() {
        try (Gateway other = gateway.another();
                RawSocket old = subscribed(gateway)) {
            gateway.broker().publish(user, 1, 3);
            await().atMost(TestClient.PATIENCE).until(() -> rows(old).size() == 3);
            // two nodes consume one queue, so the order in which they store is not defined
            long third = rows(old).get(2);
            String offset = offset(old.all("42/ws,[\"NEW_NOTIFICATION\"").get(1));
            try (RawSocket again = RawSocket.connect(other.port(), "{\"token\":\"%s\",\"pid\":\"%s\",\"offset\":\"%s\"}"
                    .formatted(TestTokens.of(user), old.pid(), offset))) {
                assertThat(again.pid()).isEqualTo(old.pid());
                await().atMost(TestClient.PATIENCE).until(old::closed);
                gateway.broker().publish(user, 4, 10);
                await().atMost(TestClient.PATIENCE).untilAsserted(
                        () -> assertThat(rows(again)).startsWith(third).containsExactlyInAnyOrderElementsOf(LongStream
                                .concat(LongStream.of(third), LongStream.rangeClosed(4, 10)).boxed().toList()));
            }
        }
    }

    /**
     * Rows that a resumption brings have their own offsets; without them the next resumption would bring them again.
     */
    @Test
    void whatOneResumptionBroughtDoesNotComeAgainWithTheNext() {
        String pid;
        String offset;
        try (RawSocket first = subscribed(gateway)) {
            gateway.broker().publish(user, 1, 2);
            await().atMost(TestClient.PATIENCE).until(() -> rows(first).size() == 2);
            pid = first.pid();
            offset = offset(first.all("42/ws,[\"NEW_NOTIFICATION\"").getLast());
            first.cut();
        }
        gateway.broker().publish(user, 3, 5);
        awaitRows(5);
        try (RawSocket second = resume(gateway, user, pid, "\"" + offset + "\"")) {
            second.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
            assertThat(rows(second)).containsExactly(3L, 4L, 5L);
            offset = offset(second.all("42/ws,[\"NEW_NOTIFICATION\"").getLast());
            second.cut();
        }
        for (int again = 0; again < 2; again++) {
            try (RawSocket third = resume(gateway, user, pid, "\"" + offset + "\"")) {
                String synced = third.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
                assertThat(third.pid()).isEqualTo(pid);
                assertThat(rows(third)).isEmpty();
                assertThat(synced).contains("\"replayed\":0");
                third.cut();
            }
        }
    }

    /**
     * A client notices the end of its connection before the server does, and reconnects while the server still waits
     * for a pong.
     */
    @Test
    void aConnectionThatWasTakenOverEndsNoLaterResumptionHoweverManyHeartbeatsHavePassed() {
        try (TestGateway quick = new TestGateway(Map.of("SOCKET_PING_INTERVAL", "100ms", "SOCKET_PING_TIMEOUT", "3s"));
                RawSocket first = subscribed(quick)) {
            quick.broker().publish(user, 1, 1);
            await().atMost(TestClient.PATIENCE).until(() -> rows(first).size() == 1);
            awaitHeartbeats(first, 5);
            String offset = "\"" + offset(first.all("42/ws,[\"NEW_NOTIFICATION\"").getLast()) + "\"";
            try (RawSocket second = resume(quick, user, first.pid(), offset)) {
                assertThat(second.pid()).isEqualTo(first.pid());
                // longer than the timeout of the first connection
                awaitHeartbeats(second, 35);
                second.cut();
            }
            try (RawSocket third = resume(quick, user, first.pid(), offset)) {
                assertThat(third.pid()).isEqualTo(first.pid());
                quick.broker().publish(user, 2, 2);
                await().atMost(TestClient.PATIENCE).until(() -> rows(third).equals(List.of(2L)));
            }
        }
    }

    private static void awaitHeartbeats(RawSocket socket, int number) {
        await().atMost(TestClient.PATIENCE).until(() -> socket.all("2").stream().filter("2"::equals).count() > number);
    }

    @Test
    void anErrorTextIsNotTakenForAnOffset() {
        try (RawSocket raw = subscribed(gateway)) {
            raw.send("42/ws,[\"READ_NOTIFICATIONS\",{}]");
            assertThat(raw.next("42/ws,[\"ERROR\"")).endsWith(",null]");
        }
    }

    private RawSocket subscribed(TestGateway on) {
        RawSocket raw = RawSocket.connect(on.port(), "{\"token\":\"%s\"}".formatted(TestTokens.of(user)));
        raw.send("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]");
        raw.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
        return raw;
    }

    private static RawSocket resume(TestGateway on, String user, String pid, String offset) {
        String known = offset == null ? "" : ",\"offset\":" + offset;
        return RawSocket.connect(on.port(),
                "{\"token\":\"%s\",\"pid\":\"%s\"%s}".formatted(TestTokens.of(user), pid, known));
    }

    private static List<Long> rows(RawSocket raw) {
        return raw.all("42/ws,[\"NEW_NOTIFICATION\"").stream()
                .map(text -> Long.valueOf(text.replaceAll(".*?\"id\":(\\d+).*", "$1"))).toList();
    }

    /** The last argument of an event. */
    private static String offset(String event) {
        return event.replaceAll(".*,\"([^\"]+)\"]$", "$1");
    }

    private void awaitRows(long count) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = ?", user) == count);
    }
}
