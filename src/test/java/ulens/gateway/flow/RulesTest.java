package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The rules that must hold, one test for each. The tests in {@code ulens.gateway.faults} test them again while
 * connections and servers fail; their checker verifies rules 2 to 5 and 7 in every case.
 */
@GatewayTest
class RulesTest {
    private static TestGateway gateway;
    private final String user = "user-" + UUID.randomUUID();

    /** Also {@link DeadLetterTest} for dead letters, and {@code FaultsTest.killBetweenInsertAndAck}. */
    @Test
    void rule1NoAckBeforeTheCommit() throws Exception {
        gateway.broker().publish(user, 1, 1);
        awaitRows(1);
        try (Connection connection = gateway.database().connection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("select * from inbox where user_id = '" + user + "' for update");
            double consumed = OpsPage.metric(gateway.opsPort(), "gateway_messages_consumed_total");
            gateway.broker().publish(user, 2, 4);
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_messages_consumed_total") > consumed);
            gateway.stop();
            await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(gateway.broker().queue()) == 3);
            connection.rollback();
        } finally {
            gateway.start();
        }
        awaitRows(4);
    }

    /** Also {@link LiveDeliveryTest}, and {@code FaultsTest.commitOutcomeUnknown}. */
    @Test
    void rule2ADuplicateMakesNoSecondRowAndIsStillPushedIfNotYetDelivered() {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.await("NOTIFICATIONS_SYNCED");
            // stored by a process that died before it could offer the row
            gateway.database().execute("insert into inbox (user_id, last_seq, unread) values (?, 1, 1)", user);
            gateway.database().execute("insert into delivery (user_id, seq, notification_id, message, sent_at)"
                    + " values (?, 1, 7, 'm', now())", user);
            gateway.broker().publish(user, 7, 7);
            gateway.broker().publish(user, 7, 8);
            assertThat(client.awaitIds(2)).containsExactly(7L, 8L);
            awaitRows(2);
        }
    }

    /** Also {@link LiveDeliveryTest} and {@link ReadReceiptTest} for reads of others' rows. */
    @Test
    void rule3AUsersSocketsSeeOnlyThatUsersRows() {
        try (TestClient mine = gateway.client(user);
                TestClient others = gateway.client(user + "-other")) {
            mine.subscribe();
            others.subscribe();
            gateway.broker().publish(user, 1, 20);
            gateway.broker().publish(user + "-other", 101, 120);
            assertThat(mine.awaitIds(20)).allMatch(id -> id <= 20);
            assertThat(others.awaitIds(20)).allMatch(id -> id > 100);
        }
    }

    /** Also {@link ReplayTest}, with a publisher that runs through fifty reconnects. */
    @Test
    void rule4OnOneConnectionAscendingAndEachAtMostOnce() {
        gateway.broker().publish(user, 1, 300);
        awaitRows(300);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 301, 400);
            client.subscribe();
            assertThat(client.awaitIds(400)).containsExactlyElementsOf(LongStream.rangeClosed(1, 400).boxed().toList());
        }
    }

    /** Also {@code FaultsTest.silentClient}: no pong, no {@code delivered_at}. */
    @Test
    void rule5DeliveredOnlyAfterProofAndBothTimesAreSetOnce() {
        gateway.broker().publish(user, 1, 2);
        awaitRows(2);
        assertThat(times()).containsExactly("- -", "- -");
        try (TestClient client = gateway.client(user)) {
            client.read(1L);
        }
        List<String> read = times();
        assertThat(read.getFirst()).as("read before the proof: delivered at that moment").doesNotContain("- ");
        assertThat(read.get(1)).isEqualTo("- -");
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds(1);
            await().atMost(TestClient.PATIENCE).until(() -> !times().get(1).startsWith("-"));
        }
        List<String> delivered = times();
        assertThat(delivered.getFirst()).isEqualTo(read.getFirst());
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds(1);
            client.read(1L, 2L);
            client.read(1L, 2L);
        }
        assertThat(times().getFirst()).isEqualTo(read.getFirst());
        assertThat(times().get(1)).startsWith(delivered.get(1).substring(0, 20));
    }

    /** Also {@code SlowReaderTest} of the Engine.IO server, and {@code docs/limits.md}. */
    @Test
    void rule6WhoDoesNotReadIsNotBufferedFor() throws Exception {
        int rows = 2_000;
        String text = "x".repeat(20_000);
        for (int id = 1; id <= rows; id++) {
            gateway.broker().publish(
                    "{\"userId\":\"" + user + "\",\"notificationId\":" + id + ",\"message\":\"" + text + "\"}");
        }
        awaitRows(rows);
        double before = OpsPage.metric(gateway.opsPort(), "gateway_rows_pushed_total");
        try (HttpClient http = HttpClient.newHttpClient()) {
            NotReading listener = new NotReading(user);
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + gateway.port() + "/socket.io/?EIO=4&transport=websocket"),
                            listener)
                    .join();
            assertThat(listener.subscribed.await(30, TimeUnit.SECONDS)).isTrue();
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_rows_pushed_total") > before);
            // another client is served meanwhile
            try (TestClient other = gateway.client(user + "-other")) {
                other.subscribe();
                gateway.broker().publish(user + "-other", 1, 50);
                other.awaitIds(50);
            }
            assertThat(OpsPage.metric(gateway.opsPort(), "gateway_rows_pushed_total") - before).isLessThan(rows);
            socket.abort();
        }
    }

    /** Also {@link ReadReceiptTest}, and {@code FaultsTest.killBetweenPublishAndConfirm}. */
    @Test
    void rule7AReadAndItsEventCommitTogether() {
        gateway.broker().publish(user, 1, 1);
        awaitRows(1);
        try (TestClient client = gateway.client(user)) {
            gateway.database().execute("create function no_event() returns trigger language plpgsql as"
                    + " $$ begin raise exception 'no'; end $$");
            gateway.database().execute(
                    "create trigger no_event before insert on outbox for each row execute function no_event()");
            try {
                assertThat(client.read(1L).optBoolean("ok")).isFalse();
                assertThat(gateway.database()
                        .number("select count(*) from delivery where user_id = ? and read_at is not null", user))
                                .isZero();
                assertThat(gateway.database().number("select unread from inbox where user_id = ?", user)).isEqualTo(1);
            } finally {
                gateway.database().execute("drop function no_event() cascade");
            }
            assertThat(client.read(1L).optBoolean("ok")).isTrue();
            assertThat(gateway.broker().receipt()).contains(user);
        }
    }

    /** Also {@link DeadLetterTest}, and the tests of frames and packets in {@code engineio} and {@code socketio}. */
    @Test
    void rule8WhatIsBadCostsItsSenderOnly() throws Exception {
        try (TestClient good = gateway.client(user);
                HttpClient http = HttpClient.newHttpClient()) {
            good.subscribe();
            NotReading listener = new NotReading(user);
            WebSocket bad = http.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + gateway.port() + "/socket.io/?EIO=4&transport=websocket"),
                            listener)
                    .join();
            // one send at a time, since the listener sends as well until it has subscribed
            assertThat(listener.subscribed.await(30, TimeUnit.SECONDS)).isTrue();
            bad.sendText("4nonsense", true).join();
            bad.request(100);
            assertThat(listener.closed.await(30, TimeUnit.SECONDS)).isTrue();
            gateway.broker().publish("nonsense");
            gateway.broker().publish(user, 1, 5);
            assertThat(good.awaitIds(5)).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(gateway.broker().deadLetter().getProps().getHeaders()).containsKey("x-error");
        }
    }

    /** Also {@code FaultsTest.sigtermUnderLoad} and its neighbours, with real signals. */
    @Test
    void rule9AStopFinishesWhatIsInHandAndTellsTheClients() {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 500);
            gateway.stop();
            client.await("disconnect");
            long stored = gateway.database().number("select count(*) from delivery where user_id = ?", user);
            long left = gateway.broker().count(gateway.broker().queue());
            // committed messages were acked, the others are with the broker
            assertThat(stored + left).isEqualTo(500);
        } finally {
            gateway.start();
        }
        awaitRows(500);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            assertThat(client.awaitIds(500)).isSorted();
        }
    }

    private void awaitRows(long rows) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = ?", user) == rows);
    }

    private List<String> times() {
        return gateway.database()
                .column("select coalesce(delivered_at::text, '-') || ' ' || coalesce(read_at::text, '-')"
                        + " from delivery where user_id = ? order by seq", user);
    }

    /** Requests one message at a time until it has subscribed, then none. */
    private static final class NotReading implements WebSocket.Listener {
        private final CountDownLatch subscribed = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final String user;

        private NotReading(String user) {
            this.user = user;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            if (data.toString().startsWith("0")) {
                from.sendText("40/ws,{\"token\":\"" + TestTokens.of(user) + "\"}", true);
                from.request(1);
            } else if (data.toString().startsWith("40/ws")) {
                from.sendText("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]", true).thenRun(subscribed::countDown);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
            closed.countDown();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.countDown();
        }
    }

    @Test
    void rule8WhoeverBreaksTheProtocolIsToldWhyBeforeTheConnectionEnds() {
        try (RawSocket raw = RawSocket.connect(gateway.port(), "{\"token\":\"" + TestTokens.of(user) + "\"}")) {
            raw.send("4nonsense");
            assertThat(raw.next("42/ws,[\"ERROR\",")).isEqualTo("\"Protocol error: unknown packet type\",null]");
            await().atMost(TestClient.PATIENCE).until(raw::closed);
        }
    }
}
