package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.Device;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Rule: seq numbers that are assigned again belong to another stream. Changes that DBAs make with SQL, tested at the
 * level of the wire; dumps and standbys are in {@link RestoreTest}.
 */
@GatewayTest("DELIVERY_SWEEP_INTERVAL=300ms")
class GenerationTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aUserWhoIsErasedAndWrittenToAgainGetsEverythingOnLineAndAfterwards() {
        try (Device here = Device.of(gateway.port(), user);
                Device away = Device.of(gateway.port(), user)) {
            deliver(1, 5, here, away);
            away.cut();
            erase();
            gateway.broker().publish(user, 11, 16);
            here.awaitAll(ids(11, 16));
            assertThat(here.ids().subList(5, 11)).isEqualTo(ids(11, 16));
            assertThat(away.connect()).isFalse();
            away.awaitAll(ids(11, 16));
            assertThat(away.ids()).isEqualTo(ids(11, 16));
        }
    }

    @Test
    void whatIsStoredForAnErasedUserWhoIsAwayIsNotMarkedByAnOldOffset() {
        try (Device away = Device.of(gateway.port(), user)) {
            deliver(1, 5, away);
            away.cut();
            erase();
            gateway.broker().publish(user, 11, 16);
            awaitRows(6);
            assertThat(away.connect()).isFalse();
            away.awaitAll(ids(11, 16));
            awaitDelivered(6);
        }
    }

    @Test
    void aTruncatedTableThatIsFilledFromACopyIsAnotherOne() {
        try (Device here = Device.of(gateway.port(), user)) {
            deliver(1, 5, here);
            execute("create table old_inbox as table inbox", "create table old_delivery as table delivery");
            deliver(6, 10, here);
            execute("truncate inbox, delivery", "insert into inbox select * from old_inbox",
                    "insert into delivery select * from old_delivery", "drop table old_inbox, old_delivery");
            gateway.broker().publish(user, 11, 16);
            here.awaitAll(ids(11, 16));
            awaitDelivered(11);
            assertThat(here.ids().subList(10, 21)).isEqualTo(
                    LongStream.concat(LongStream.rangeClosed(1, 5), LongStream.rangeClosed(11, 16)).boxed().toList());
        }
    }

    @Test
    void rowsOfOneUserThatAreDeletedAndPutBackFromACopyAreAnotherStream() {
        try (Device here = Device.of(gateway.port(), user);
                Device away = Device.of(gateway.port(), user)) {
            deliver(1, 5, here, away);
            execute("create table old_inbox as select * from inbox where user_id = '" + user + "'",
                    "create table old_delivery as select * from delivery where user_id = '" + user + "'");
            deliver(6, 10, here, away);
            away.cut();
            erase();
            execute("insert into inbox select * from old_inbox", "insert into delivery select * from old_delivery",
                    "drop table old_inbox, old_delivery");
            gateway.broker().publish(user, 11, 20);
            here.awaitAll(ids(11, 20));
            assertThat(away.connect()).isFalse();
            away.awaitAll(ids(11, 20));
        }
    }

    @Test
    void theLastRowsAreLostAndACursorAheadOfTheHeadIsSetBack() {
        try (Device here = Device.of(gateway.port(), user)) {
            deliver(1, 8, here);
            execute("delete from delivery where seq > 5 and user_id = '" + user + "'",
                    "update inbox set last_seq = 5, unread = 5 where user_id = '" + user + "'");
            await().alias("the sweep notices").atMost(TestClient.PATIENCE).until(() -> here.ids().size() == 13);
            gateway.broker().publish(user, 11, 13);
            here.awaitAll(ids(11, 13));
            assertThat(here.ids().subList(8, 16)).containsExactly(1L, 2L, 3L, 4L, 5L, 11L, 12L, 13L);
            awaitDelivered(8);
        }
    }

    /** The head says that all rows up to here were delivered and read, but means rows that are no longer there. */
    @Test
    void whatFollowsLostRowsIsReplayedAlsoWhereTheLostOnesWereSettled() {
        gateway.broker().publish(user, 1, 8);
        awaitRows(8);
        execute("update delivery set delivered_at = now(), read_at = now() where user_id = '" + user + "'",
                "update inbox set unread = 0, settled_seq = 8 where user_id = '" + user + "'",
                "delete from delivery where seq > 5 and user_id = '" + user + "'",
                "update inbox set last_seq = 5 where user_id = '" + user + "'",
                "select new_generation('" + user + "')");
        gateway.broker().publish(user, 11, 13);
        awaitRows(8);
        try (Device away = Device.of(gateway.port(), user)) {
            away.awaitAll(ids(11, 13));
            awaitDelivered(8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "select new_generation()", "select new_generation('%s')" })
    void aDbaWhoAsksForANewGenerationMakesEverybodyStartAfresh(String function) {
        try (Device here = Device.of(gateway.port(), user);
                Device away = Device.of(gateway.port(), user)) {
            deliver(1, 3, here, away);
            away.cut();
            execute(function.formatted(user));
            await().alias("on line").atMost(TestClient.PATIENCE)
                    .until(() -> here.ids().equals(List.of(1L, 2L, 3L, 1L, 2L, 3L)));
            assertThat(away.connect()).isFalse();
            assertThat(away.ids()).containsExactly(1L, 2L, 3L);
            here.cut();
            assertThat(here.connect()).as("the offset is of the new generation").isTrue();
            assertThat(here.ids()).isEmpty();
        }
    }

    @Test
    void receiptThatIsProvedOnlyAfterTheDatabaseWentBackProvesNothing() {
        try (RawSocket slow = RawSocket.connect(gateway.port(),
                "{\"token\":\"%s\",\"acks\":true}".formatted(TestTokens.of(user)))) {
            slow.send("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]");
            slow.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
            gateway.broker().publish(user, 1, 3);
            await().atMost(TestClient.PATIENCE).until(() -> acks(slow).size() == 3);
            List<String> late = acks(slow);
            // other rows take the numbers of these; the cursor may or may not have noticed that when the acks come
            erase();
            gateway.broker().publish(user, 11, 13);
            awaitRows(3);
            late.forEach(ack -> slow.send("43/ws," + ack + "[]"));
            await().atMost(TestClient.PATIENCE).until(() -> acks(slow).size() == 6);
            assertThat(delivered()).isZero();
            acks(slow).subList(3, 6).forEach(ack -> slow.send("43/ws," + ack + "[]"));
            awaitDelivered(3);
        }
    }

    @Test
    void anOffsetOfAnEarlierReleaseResumesAStreamFromBeforeGenerationsAndNoOther() {
        try (TestGateway upgraded = new TestGateway();
                Device device = Device.of(upgraded.port(), user)) {
            upgraded.broker().publish(user, 1, 5);
            device.awaitAll(ids(1, 5));
            String mark = Integer.toUnsignedString(user.hashCode(), 36);
            device.cut();
            device.offset("3." + mark);
            assertThat(device.connect()).as("the stream is newer than generations").isFalse();
            device.cut();
            // the state in which the migration leaves existing rows
            upgraded.database().execute("update inbox set generation = 0 where user_id = ?", user);
            device.offset("3." + mark);
            assertThat(device.connect()).isTrue();
            assertThat(device.ids()).containsExactly(4L, 5L);
            device.cut();
            device.offset("3." + mark + ".5");
            assertThat(device.connect()).as("with the end of a replay").isTrue();
            device.cut();
            upgraded.database().execute("select new_generation()");
            device.offset("3." + mark);
            assertThat(device.connect()).as("since then the database has gone back").isFalse();
        }
    }

    @Test
    void aClientWithoutAnyNotificationsResumesWhenTheFirstHasCome() {
        try (Device device = Device.of(gateway.port(), user)) {
            device.cut();
            gateway.broker().publish(user, 1, 2);
            awaitRows(2);
            assertThat(device.connect()).isTrue();
            device.awaitAll(ids(1, 2));
        }
    }

    private static List<String> acks(RawSocket raw) {
        return raw.all("42/ws,").stream().filter(text -> text.matches("42/ws,\\d+\\[\"NEW_NOTIFICATION.*"))
                .map(text -> text.replaceAll("42/ws,(\\d+).*", "$1")).toList();
    }

    private void deliver(int from, int to, Device... devices) {
        gateway.broker().publish(user, from, to);
        for (Device device : devices) {
            device.awaitAll(ids(from, to));
        }
        awaitDelivered(to);
    }

    private void erase() {
        execute("delete from delivery where user_id = '" + user + "'",
                "delete from inbox where user_id = '" + user + "'");
    }

    private static void execute(String... statements) {
        // in one transaction, as a careful DBA does
        gateway.database().execute(
                "do $$ begin " + String.join("; ", statements).replace("select new", "perform new") + "; end $$");
    }

    private void awaitRows(long count) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = ?", user) == count);
    }

    private long delivered() {
        return gateway.database().number("select count(delivered_at) from delivery where user_id = ?", user);
    }

    private void awaitDelivered(long count) {
        await().atMost(TestClient.PATIENCE).until(() -> delivered() == count);
    }

    private static List<Long> ids(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }
}
