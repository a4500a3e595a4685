package ulens.gateway.flow;

import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.ChildGateway;
import ulens.gateway.fixture.Device;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpenTransaction;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A row that another transaction has locked holds up its own user and no other. */
@GatewayTest("INTAKE_SET_ASIDE=" + LockedRowTest.MOST)
class LockedRowTest {
    static final int MOST = 30;
    private static TestGateway gateway;

    private final String locked = "locked-" + UUID.randomUUID();
    private final List<String> others = IntStream.range(0, 5).mapToObj(i -> "other-" + i + UUID.randomUUID()).toList();

    @Test
    void aLockedHeadHoldsUpItsOwnUsersMessagesOnlyAndTheyComeInOrderAfterwards() {
        gateway.broker().publish(locked, 1, 1);
        try (TestClient waiting = gateway.client(locked)) {
            waiting.subscribe();
            waiting.awaitIds(1);
            try (var _ = new OpenTransaction(gateway.database(), "select from inbox where user_id = ? for update",
                    locked)) {
                for (long id = 2; id <= 20; id++) {
                    gateway.broker().publish(locked, id, id);
                    publishToOthers(id, id);
                }
                for (String other : others) {
                    assertOrdered(other, LongStream.rangeClosed(2, 20).boxed().toList());
                }
                assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/ready").status()).isEqualTo(200);
                assertThat(OpsPage.metric(gateway.opsPort(), "gateway_intake_users_set_aside")).isEqualTo(1);
                assertThat(waiting.ids()).containsExactly(1L);
            }
            waiting.awaitIds(20);
            assertThat(waiting.ids()).isEqualTo(LongStream.rangeClosed(1, 20).boxed().toList());
        }
        assertOrdered(locked, LongStream.rangeClosed(1, 20).boxed().toList());
        await().atMost(TestClient.PATIENCE)
                .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_intake_users_set_aside") == 0);
    }

    @Test
    void aHeadThatIsJustBeingInsertedHoldsUpItsOwnUserOnly() {
        try (var _ = new OpenTransaction(gateway.database(),
                "insert into inbox (user_id, last_seq, unread) values (?, 0, 0)", locked)) {
            gateway.broker().publish(locked, 1, 3);
            publishToOthers(1, 3);
            others.forEach(other -> assertOrdered(other, List.of(1L, 2L, 3L)));
            gateway.broker().publish(locked, 4, 4);
            publishToOthers(4, 4);
            others.forEach(other -> assertOrdered(other, List.of(1L, 2L, 3L, 4L)));
        }
        assertOrdered(locked, List.of(1L, 2L, 3L, 4L));
    }

    /**
     * Such as during create index: the lock belongs to no single user, and waiting costs one attempt instead of one per
     * user.
     */
    @Test
    void aLockedTableIsWaitedForAndSetsNobodyAside() {
        publishToOthers(1, 1);
        others.forEach(other -> assertOrdered(other, List.of(1L)));
        try (var _ = new OpenTransaction(gateway.database(), "lock table delivery in share mode")) {
            publishToOthers(2, 3);
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.get(gateway.opsPort(), "/observe/health/ready").status() == 503);
            assertThat(OpsPage.metric(gateway.opsPort(), "gateway_intake_users_set_aside")).isZero();
        }
        others.forEach(other -> assertOrdered(other, List.of(1L, 2L, 3L)));
    }

    @Test
    void beyondTheMostTheyGoRoundByTheRetryQueueAndIntakeNeverStops() {
        gateway.broker().publish(locked, 1, 1);
        assertOrdered(locked, List.of(1L));
        try (var _ = new OpenTransaction(gateway.database(), "select from inbox where user_id = ? for update",
                locked)) {
            double before = OpsPage.metric(gateway.opsPort(), "gateway_messages_sent_later_total");
            for (int round = 0; round < 3; round++) {
                gateway.broker().publish(locked, 2 + round * 40L, 41 + round * 40L);
                publishToOthers(round + 1L, round + 1L);
                long last = round + 1;
                others.forEach(other -> assertOrdered(other, LongStream.rangeClosed(1, last).boxed().toList()));
            }
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_messages_sent_later_total") - before >= 120
                            - MOST);
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_intake_set_aside{") <= MOST);
        }
    }

    @Test
    void aLockOnAUsersRowsDelaysNobodyElsesMarks() {
        String other = others.getFirst();
        gateway.broker().publish(locked, 1, 3);
        gateway.broker().publish(other, 1, 3);
        assertOrdered(locked, List.of(1L, 2L, 3L));
        try (TestClient here = gateway.client(locked);
                TestClient there = gateway.client(other)) {
            try (var _ = new OpenTransaction(gateway.database(), "select from delivery where user_id = ? for update",
                    locked)) {
                here.subscribe();
                here.awaitIds(3);
                there.subscribe();
                awaitDelivered(other, 3);
                gateway.broker().publish(other, 4, 4);
                awaitDelivered(other, 4);
                assertThat(delivered(locked)).isZero();
                await().atMost(TestClient.PATIENCE)
                        .until(() -> OpsPage.get(gateway.opsPort(), "/observe/metrics").body().lines()
                                .anyMatch(line -> line.contains("\"mark-locked-rows\"") && !line.endsWith(" 0.0")));
            }
            awaitDelivered(locked, 3);
        }
    }

    @Test
    void aLockedHeadDelaysNobodyElsesReadReceipts() throws Exception {
        String other = others.getFirst();
        gateway.broker().publish(locked, 1, 3);
        gateway.broker().publish(other, 1, 20);
        assertOrdered(locked, List.of(1L, 2L, 3L));
        try (TestClient here = gateway.client(locked);
                TestClient there = gateway.client(other)) {
            here.subscribe();
            there.subscribe();
            there.awaitIds(20);
            CompletableFuture<JSONObject> answer;
            try (var _ = new OpenTransaction(gateway.database(), "select from inbox where user_id = ? for update",
                    locked)) {
                answer = CompletableFuture.supplyAsync(() -> here.read(1L));
                for (long id = 1; id <= 20; id++) {
                    assertThat(there.read(id).getBoolean("ok")).isTrue();
                }
            }
            // it was tried again while the lock was held, and either succeeded or got UNAVAILABLE
            JSONObject said = answer.get();
            assertThat(said.getBoolean("ok") || said.toString().contains("UNAVAILABLE")).isTrue();
            assertThat(here.read(1L).getBoolean("ok")).isTrue();
        }
    }

    @Test
    void aLockedClientSessionDelaysNobodyElses() {
        String other = others.getFirst();
        try (TestClient here = gateway.client(locked)) {
            here.subscribe();
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from client_session where user_id = ? and subscribed", locked) == 1);
            try (var _ = new OpenTransaction(gateway.database(),
                    "select from client_session where user_id = ? for update", locked)) {
                here.close();
                for (int round = 1; round <= 3; round++) {
                    int expected = round;
                    try (TestClient there = gateway.client(other)) {
                        there.subscribe();
                    }
                    await().atMost(TestClient.PATIENCE).until(() -> gateway.database().number(
                            "select count(*) from client_session where user_id = ? and disconnected_at is not null",
                            other) == expected);
                }
            }
        }
        await().atMost(TestClient.PATIENCE)
                .until(() -> gateway.database().number(
                        "select count(*) from client_session where user_id = ? and disconnected_at is not null",
                        locked) == 1);
    }

    @Test
    void aClientSessionsStateThatWasSetAsideIsNotWrittenOverALaterOne() {
        try (Device device = Device.of(gateway.port(), locked)) {
            device.cut();
            awaitEnded(1);
            try (var _ = new OpenTransaction(gateway.database(),
                    "select from client_session where user_id = ? for update", locked)) {
                long before = failures("write-locked-client-sessions");
                assertThat(device.connect()).isTrue();
                await().atMost(TestClient.PATIENCE).until(() -> failures("write-locked-client-sessions") > before);
            }
            device.cut();
            awaitEnded(2);
            // longer than the pause after which set-aside messages are written
            await().during(Duration.ofMillis(1_500)).atMost(TestClient.PATIENCE).until(() -> ended(2));
        }
    }

    @Test
    void noClientSessionsStateIsLostWhileTheTableIsLocked() {
        try (TestClient here = gateway.client(locked)) {
            try (var _ = new OpenTransaction(gateway.database(), "lock table client_session in exclusive mode")) {
                long before = failures("write-client-sessions");
                here.subscribe();
                await().atMost(TestClient.PATIENCE).until(() -> failures("write-client-sessions") > before);
            }
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from client_session where user_id = ? and subscribed", locked) == 1);
        }
    }

    private void awaitEnded(int epoch) {
        await().atMost(TestClient.PATIENCE).until(() -> ended(epoch));
    }

    private boolean ended(int epoch) {
        return gateway.database().number("select count(*) from client_session where user_id = ? and epoch = " + epoch
                + " and disconnected_at is not null", locked) == 1;
    }

    private static long failures(String task) {
        return Task.failures(task);
    }

    @Test
    void whatWasSetAsideIsNotLostByAKill() {
        try (TestDatabase database = new TestDatabase();
                TestBroker broker = new TestBroker();
                ChildGateway child = new ChildGateway(database, broker)) {
            broker.publish(locked, 1, 1);
            awaitRows(database, locked, 1);
            try (var _ = new OpenTransaction(database, "select from inbox where user_id = ? for update", locked)) {
                broker.publish(locked, 2, 30);
                broker.publish(others.getFirst(), 1, 30);
                awaitRows(database, others.getFirst(), 30);
                child.kill();
            }
            child.start();
            awaitRows(database, locked, 30);
            assertThat(database.column("select notification_id from delivery where user_id = ? order by seq", locked))
                    .isEqualTo(LongStream.rangeClosed(1, 30).mapToObj(Long::toString).toList());
        }
    }

    private void publishToOthers(long from, long to) {
        others.forEach(other -> gateway.broker().publish(other, from, to));
    }

    private static void awaitRows(TestDatabase database, String user, int rows) {
        await().atMost(TestClient.PATIENCE)
                .until(() -> database.number("select count(*) from delivery where user_id = ?", user) == rows);
    }

    private static void assertOrdered(String user, List<Long> ids) {
        awaitRows(gateway.database(), user, ids.size());
        assertThat(
                gateway.database().column("select notification_id from delivery where user_id = ? order by seq", user))
                        .isEqualTo(ids.stream().map(Object::toString).toList());
    }

    private static long delivered(String user) {
        return gateway.database().number("select count(*) from delivery where user_id = ? and delivered_at is not null",
                user);
    }

    private static void awaitDelivered(String user, int rows) {
        await().atMost(TestClient.PATIENCE).until(() -> delivered(user) == rows);
    }
}
