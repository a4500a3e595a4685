package ulens.gateway.flow;

import io.socket.client.Ack;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client that was away gets all undelivered and unread rows when it returns, oldest first, then live ones. */
@GatewayTest
class ReplayTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void whatWasPublishedWhileAwayComesInOrderOnceThenSyncedThenLiveRows() {
        gateway.broker().publish(user, 1, 500);
        awaitRows(500);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            JSONObject synced = client.await("NOTIFICATIONS_SYNCED").json();
            assertThat(client.ids()).isEqualTo(LongStream.rangeClosed(1, 500).boxed().toList());
            assertThat(number(synced, "replayed")).isEqualTo(500);
            assertThat(number(synced, "unreadCount")).isEqualTo(500);
            gateway.broker().publish(user, 501, 510);
            assertThat(client.awaitIds(510)).isEqualTo(LongStream.rangeClosed(1, 510).boxed().toList());
            assertThat(client.all("NOTIFICATIONS_SYNCED")).hasSize(1);
        }
    }

    @Test
    void whatIsDeliveredAndReadIsNotedAndNoLongerSearchedWhateverIsOpenBehindItComes() {
        gateway.broker().publish(user, 1, 300);
        awaitRows(300);
        gateway.database().execute("""
                update delivery set delivered_at = now(), read_at = now()
                where user_id = ? and seq not in (210, 290)""", user);
        gateway.database().execute("update inbox set unread = 2 where user_id = ?", user);
        for (int time = 0; time < 2; time++) {
            try (TestClient client = gateway.client(user)) {
                client.subscribe();
                client.await("NOTIFICATIONS_SYNCED");
                assertThat(client.ids()).containsExactly(210L, 290L);
                await().until(() -> settled() == 209);
            }
        }
        // changes one row, which shows that settled_seq is used; without this it would only be faster
        gateway.database().execute("update delivery set read_at = null where user_id = ? and seq = 100", user);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.await("NOTIFICATIONS_SYNCED");
            assertThat(client.ids()).containsExactly(210L, 290L);
            client.read(210L, 290L);
        }
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            assertThat(number(client.await("NOTIFICATIONS_SYNCED").json(), "replayed")).isZero();
        }
        assertThat(settled()).as("too few to be worth a note").isEqualTo(209);
    }

    @Test
    void aClientThatAcksRowsItselfIsHandedNoMoreThanItCanAckHoweverManyWait() throws InterruptedException {
        int rows = 1_500;
        int windowAndPortion = 256 + 128;
        gateway.broker().publish(user, 1, rows);
        awaitRows(rows);
        BlockingQueue<Ack> acks = new LinkedBlockingQueue<>();
        try (TestClient client = TestClient.connecting(gateway.port(),
                Map.of("token", TestTokens.of(user), "acks", "true"))) {
            client.socket().on("NEW_NOTIFICATION", args -> acks.add((Ack) args[args.length - 1]));
            client.await("connect");
            client.subscribe();
            int acked = 0;
            for (; acked < 30; acked++) {
                ackOne(acks);
                // its answer comes behind the rows that the ack has released
                client.read(1L);
            }
            assertThat(client.ids()).hasSizeLessThanOrEqualTo(windowAndPortion + acked);
            for (; acked < rows; acked++) {
                ackOne(acks);
            }
            client.await("NOTIFICATIONS_SYNCED");
            assertThat(client.ids()).isEqualTo(LongStream.rangeClosed(1, rows).boxed().toList());
        }
    }

    private static void ackOne(BlockingQueue<Ack> acks) throws InterruptedException {
        Ack next = acks.poll(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("another row to ack").isNotNull();
        next.call();
    }

    private long settled() {
        return gateway.database().number("select settled_seq from inbox where user_id = ?", user);
    }

    @Test
    void unreadRowsComeAgainAndReadOnesDoNotAlsoAfterARestartOfTheGateway() {
        gateway.broker().publish(user, 1, 10);
        awaitRows(10);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds(10);
            client.read(1L, 2L, 3L, 7L);
        }
        List<Long> unread = List.of(4L, 5L, 6L, 8L, 9L, 10L);
        try (TestClient client = gateway.client(user)) {
            assertThat(number(client.subscribe(), "unreadCount")).isEqualTo(6);
            client.await("NOTIFICATIONS_SYNCED");
            assertThat(client.ids()).isEqualTo(unread);
        }
        gateway.stop();
        gateway.broker().publish(user, 11, 12);
        gateway.start();
        awaitRows(12);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.await("NOTIFICATIONS_SYNCED");
            assertThat(client.ids()).containsExactly(4L, 5L, 6L, 8L, 9L, 10L, 11L, 12L);
        }
    }

    @Test
    void aSecondSubscribeOnOneConnectionRepeatsNothing() {
        gateway.broker().publish(user, 1, 3);
        awaitRows(3);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.await("NOTIFICATIONS_SYNCED");
            assertThat(TestClient.get(client.subscribe(), "ok")).isEqualTo(true);
            JSONObject again = client.await("NOTIFICATIONS_SYNCED", 2).json();
            assertThat(number(again, "replayed")).isZero();
            assertThat(client.ids()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void aPublisherThatRunsThroughFiftyReconnectsLeavesNoGapNoDoubleAndNoDisorder() {
        AtomicLong last = new AtomicLong();
        ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
        publisher.scheduleAtFixedRate(() -> {
            gateway.broker().publish(user, last.get() + 1, last.get() + 7);
            last.addAndGet(7);
        }, 0, 10, TimeUnit.MILLISECONDS);
        Set<Long> seen = new HashSet<>();
        long read = 0;
        try {
            for (int connection = 0; connection < 50; connection++) {
                read = reconnect(connection, read, seen);
            }
        } finally {
            publisher.close();
        }
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds((int) (last.get() - read));
            seen.addAll(client.ids());
        }
        assertThat(seen).hasSize((int) last.get());
    }

    /** Connects, takes some live rows, reads all of them; returns the last one. */
    private long reconnect(int connection, long read, Set<Long> seen) {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.await("NOTIFICATIONS_SYNCED");
            client.awaitIds(client.ids().size() + 10);
            List<Long> ids = client.ids();
            assertThat(ids).as("connection %d", connection)
                    .isEqualTo(LongStream.range(read + 1, read + 1 + ids.size()).boxed().toList());
            seen.addAll(ids);
            return readAll(client, ids);
        }
    }

    /** Marks all rows as read, so that the next connection begins behind them. */
    private static long readAll(TestClient client, List<Long> ids) {
        List<Long> rest = new ArrayList<>(ids);
        while (!rest.isEmpty()) {
            List<Long> some = rest.subList(0, Math.min(1000, rest.size()));
            client.read(some.toArray(Long[]::new));
            rest = rest.subList(some.size(), rest.size());
        }
        return ids.getLast();
    }

    private void awaitRows(long count) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = ?", user) == count);
    }

    private static long number(JSONObject object, String name) {
        return ((Number) TestClient.get(object, name)).longValue();
    }

    @Test
    void eachSubscriptionIsAnsweredBySyncedAlsoWhenTheyComeTogether() {
        gateway.broker().publish(user, 1, 20);
        awaitRows(20);
        try (RawSocket raw = RawSocket.connect(gateway.port(), "{\"token\":\"" + TestTokens.of(user) + "\"}")) {
            for (int time = 0; time < 5; time++) {
                raw.send("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]");
            }
            await().atMost(TestClient.PATIENCE).until(() -> raw.all("42/ws,[\"NOTIFICATIONS_SYNCED\"").size() == 5);
            assertThat(raw.all("42/ws,[\"NEW_NOTIFICATION\"")).hasSize(20);
            assertThat(raw.all("42/ws,[\"NOTIFICATIONS_SYNCED\"").stream()
                    .filter(synced -> synced.contains("\"replayed\":20"))).hasSize(1);
        }
    }
}
