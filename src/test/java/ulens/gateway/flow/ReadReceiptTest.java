package ulens.gateway.flow;

import io.helidon.config.Config;
import io.helidon.dbclient.DbClientException;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.database.Database;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.inbox.Receipt;
import ulens.gateway.inbox.ReceiptTable;
import ulens.gateway.inbox.Receipts;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Rows that a user marks as read are read in SQL, on the user's other sockets, and on the broker; rows of other users
 * are not.
 */
@GatewayTest
class ReadReceiptTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aReadIsAckedStoredToldToTheOtherSocketsAndPublished() throws JSONException {
        publish(3);
        try (TestClient phone = gateway.client(user);
                TestClient laptop = gateway.client(user)) {
            phone.subscribe();
            phone.awaitIds(3);
            JSONObject ack = phone.read(1L, 3L);
            assertThat(ack.getBoolean("ok")).isTrue();
            assertThat(ack.getJSONArray("notificationIds")).hasToString("[1,3]");
            assertThat(ack.getLong("unreadCount")).isEqualTo(1);
            assertThat(ack.has("unknownIds")).isFalse();
            String readAt = ack.getString("readAt");
            assertThat(readAt).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");

            JSONObject news = laptop.await("NOTIFICATIONS_READ").json();
            assertThat(news.getJSONArray("notificationIds")).hasToString("[1,3]");
            assertThat(news.getString("readAt")).isEqualTo(readAt);
            assertThat(news.getLong("unreadCount")).isEqualTo(1);
            assertThat(phone.all("NOTIFICATIONS_READ")).isEmpty();

            assertThat(gateway.database().column("""
                    select notification_id || ' ' || (delivered_at is not null) from delivery
                    where user_id = ? and read_at = ?::timestamptz order by seq""", user, readAt))
                    .containsExactly("1 true", "3 true");
            JSONObject event = receiptOf(user);
            assertThat(event.getString("eventType")).isEqualTo("notification.read");
            assertThat(event.getJSONArray("notificationIds")).hasToString("[1,3]");
            assertThat(event.getString("readAt")).isEqualTo(readAt);
            assertThat(UUID.fromString(event.getString("messageId"))).isNotNull();
            await().atMost(TestClient.PATIENCE)
                    .until(() -> gateway.database().number("select count(*) from outbox") == 0);
        }
    }

    @Test
    void readingTwiceChangesNothingAndPublishesOnce() throws JSONException {
        publish(2);
        try (TestClient client = gateway.client(user)) {
            String readAt = client.read(1L).getString("readAt");
            JSONObject again = client.read(1L);
            assertThat(again.getBoolean("ok")).isTrue();
            assertThat(again.getJSONArray("notificationIds")).hasToString("[1]");
            assertThat(again.getString("readAt")).isEqualTo(readAt);
            assertThat(again.getLong("unreadCount")).isEqualTo(1);
            client.read(2L);
            assertThat(receiptOf(user).getJSONArray("notificationIds")).hasToString("[1]");
            assertThat(receiptOf(user).getJSONArray("notificationIds")).hasToString("[2]");
        }
    }

    @Test
    void foreignAndUnknownIdsAreListedAndStayAsTheyAre() throws JSONException {
        publish(1);
        String other = "other-" + UUID.randomUUID();
        gateway.broker().publish(other, 77, 77);
        awaitRows(other, 1);
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.read(1L, 77L, 99999L);
            assertThat(ack.getBoolean("ok")).isTrue();
            assertThat(ack.getJSONArray("notificationIds")).hasToString("[1]");
            assertThat(ack.getJSONArray("unknownIds")).hasToString("[77,99999]");
            assertThat(gateway.database()
                    .number("select count(*) from delivery where user_id = ? and read_at is not null", other)).isZero();
        }
    }

    @Test
    void aUserWithoutAnyRowReadsNothing() throws JSONException {
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.read(5L);
            assertThat(ack.getBoolean("ok")).isTrue();
            assertThat(ack.getJSONArray("notificationIds").length()).isZero();
            assertThat(ack.isNull("readAt")).isTrue();
            assertThat(ack.getJSONArray("unknownIds")).hasToString("[5]");
        }
    }

    @Test
    void allMarksEveryRowOfTheUserInPages() throws JSONException {
        publish(2_300);
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.ask("READ_NOTIFICATIONS", new JSONObject().put("all", true));
            assertThat(ack.getJSONArray("notificationIds").length()).isEqualTo(2_300);
            assertThat(ack.getLong("unreadCount")).isZero();
            assertThat(gateway.database().number("select count(*) from delivery where user_id = ? and read_at is null",
                    user)).isZero();
            assertThat(gateway.database().number("select unread from inbox where user_id = ?", user)).isZero();
        }
    }

    @Test
    void allOfExactlyOnePageIsAnsweredWithItsTime() throws JSONException {
        publish(1_000);
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.ask("READ_NOTIFICATIONS", new JSONObject().put("all", true));
            assertThat(ack.getJSONArray("notificationIds").length()).isEqualTo(1_000);
            assertThat(ack.getString("readAt")).endsWith("Z");
        }
    }

    @Test
    void theUnreadCountStaysExactUnderConcurrentReadsOfTheSameRows() {
        publish(200);
        try (TestClient one = gateway.client(user);
                TestClient two = gateway.client(user)) {
            Long[] ids = LongStream.rangeClosed(1, 150).boxed().toArray(Long[]::new);
            Thread first = Thread.startVirtualThread(() -> one.read(ids));
            two.read(ids);
            first.join();
            assertThat(gateway.database().number("select unread from inbox where user_id = ?", user)).isEqualTo(50);
            assertThat(gateway.database().number("select count(*) from unread_mismatch")).isZero();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void ofManyUsersWhoReadAtOnceTheOneThatFailsFailsAlone() throws Exception {
        List<String> users = IntStream.range(0, 30).mapToObj(i -> user + "-" + i).toList();
        for (String one : users) {
            gateway.broker().publish(one, 1, 2);
        }
        users.forEach(one -> awaitRows(one, 2));
        String bad = users.get(7);
        gateway.database().execute("create function not_for_one() returns trigger language plpgsql as $$ begin"
                + " if new.payload ->> 'userId' = '" + bad + "' then raise exception 'no'; end if; return new; end $$");
        gateway.database().execute(
                "create trigger not_for_one before insert on outbox for each row execute function not_for_one()");
        DatabaseConfig own = GatewayConfig
                .read(Config.empty(), Map.of("DEV_MODE", "on", "DATABASE_URL", gateway.database().environmentValue()))
                .database();
        try (Database database = Database.open(own, own.url().orElseThrow())) {
            Receipts receipts = new Receipts(new ReceiptTable(database.client()), () -> {
            });
            Map<String, Object> results = new ConcurrentHashMap<>();
            List<Thread> threads = users.stream().map(one -> Thread.startVirtualThread(() -> {
                try {
                    results.put(one, receipts.read(one, Set.of(1L, 99L)));
                } catch (DbClientException failure) {
                    results.put(one, failure);
                }
            })).toList();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(results).hasSize(users.size());
            results.forEach((one, result) -> {
                if (one.equals(bad)) {
                    assertThat(result).isInstanceOf(DbClientException.class);
                } else {
                    assertThat(result).isInstanceOfSatisfying(Receipt.class, receipt -> {
                        assertThat(receipt.changed()).containsExactly(1L);
                        assertThat(receipt.unknownIds()).containsExactly(99L);
                        assertThat(receipt.unread()).isEqualTo(1);
                    });
                }
            });
            assertThat(gateway.database().number("select count(*) from unread_mismatch")).isZero();
            assertThat(gateway.database()
                    .number("select count(*) from delivery where user_id = ? and read_at is not null", bad)).isZero();
        } finally {
            gateway.database().execute("drop function not_for_one() cascade");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "{}|notificationIds must be an array of 1 to 1000 ids",
            "{\"notificationIds\":[]}|notificationIds must be an array of 1 to 1000 ids",
            "{\"notificationIds\":[\"1\"]}|every one of notificationIds must be an integer of 64 bits",
            "{\"notificationIds\":[1.5]}|every one of notificationIds must be an integer of 64 bits",
            "{\"all\":false}|all must be true",
            "{\"all\":true,\"notificationIds\":[1]}|expected either notificationIds or all, not both" })
    void aRequestThatMakesNoSenseIsAnsweredWithTheReason(String request, String reason) throws JSONException {
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.ask("READ_NOTIFICATIONS", new JSONObject(request));
            assertThat(ack.getBoolean("ok")).isFalse();
            assertThat(ack.getJSONObject("error").getString("code")).isEqualTo("BAD_REQUEST");
            assertThat(ack.getJSONObject("error").getString("message")).endsWith(reason);
            client.socket().emit("READ_NOTIFICATIONS", new JSONObject(request));
            assertThat(client.await("ERROR").payload().toString()).endsWith(reason);
            assertThat(client.socket().connected()).isTrue();
        }
    }

    @Test
    void moreThanAThousandIdsAreRefused() throws JSONException {
        try (TestClient client = gateway.client(user)) {
            JSONObject request = new JSONObject().put("notificationIds",
                    new JSONArray(LongStream.rangeClosed(1, 1001).boxed().toList()));
            assertThat(client.ask("READ_NOTIFICATIONS", request).getBoolean("ok")).isFalse();
        }
    }

    private void publish(long count) {
        gateway.broker().publish(user, 1, count);
        awaitRows(user, count);
    }

    private static void awaitRows(String user, long count) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = ?", user) == count);
    }

    /** The next read event of this user; those of other tests are passed over. */
    private static JSONObject receiptOf(String user) throws JSONException {
        while (true) {
            JSONObject event = new JSONObject(gateway.broker().receipt());
            if (event.getString("userId").equals(user)) {
                return event;
            }
        }
    }
}
