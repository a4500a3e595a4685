package ulens.gateway.flow;

import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A connected client receives every row of its user, in order and once, and no row of another user. */
@GatewayTest
class LiveDeliveryTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aSubscribedClientReceivesWhatIsPublishedAndTheTableShowsIt() {
        try (TestClient client = gateway.client(user)) {
            JSONObject ack = client.subscribe();
            assertThat(TestClient.get(ack, "ok")).isEqualTo(true);
            assertThat(((Number) TestClient.get(ack, "unreadCount")).longValue()).isZero();
            client.await("NOTIFICATIONS_SYNCED");

            gateway.broker().publish("""
                    {"userId":"%s","notificationId":7,"message":"Grüße 🎉","sentAt":"2026-01-01T12:00:00.5+02:00",
                     "metadata":{"a":[1,2,{"b":null}],"n":1.50},"unknown":true}""".formatted(user));

            JSONObject notification = client.await("NEW_NOTIFICATION").json();
            assertThat(((Number) TestClient.get(notification, "id")).longValue()).isEqualTo(7);
            assertThat(TestClient.get(notification, "message")).isEqualTo("Grüße 🎉");
            assertThat(TestClient.get(notification, "sentAt")).isEqualTo("2026-01-01T10:00:00.500Z");
            assertThat(notification.isNull("readAt")).isTrue();
            assertThat(TestClient.get(notification, "metadata")).hasToString("{\"a\":[1,2,{\"b\":null}],\"n\":1.5}");
            await().atMost(TestClient.PATIENCE)
                    .until(() -> gateway.database().number(
                            "select count(*) from delivery_state where user_id = ? and state = 'delivered'",
                            user) == 1);
        }
    }

    @Test
    void metadataIsLeftOutWhenThereIsNone() {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 1);
            assertThat(client.await("NEW_NOTIFICATION").json().has("metadata")).isFalse();
        }
    }

    @Test
    void usersNeverSeeEachOthersRows() {
        String other = "other-" + UUID.randomUUID();
        try (TestClient mine = gateway.client(user);
                TestClient theirs = gateway.client(other)) {
            mine.subscribe();
            theirs.subscribe();
            for (int i = 0; i < 50; i++) {
                gateway.broker().publish(user, 1000 + i, 1000 + i);
                gateway.broker().publish(other, 2000 + i, 2000 + i);
            }
            assertThat(mine.awaitIds(50)).isEqualTo(LongStream.range(1000, 1050).boxed().toList());
            assertThat(theirs.awaitIds(50)).isEqualTo(LongStream.range(2000, 2050).boxed().toList());
        }
    }

    @Test
    void everySocketOfAUserReceivesEachRow() {
        try (TestClient phone = gateway.client(user);
                TestClient laptop = gateway.client(user)) {
            phone.subscribe();
            laptop.subscribe();
            gateway.broker().publish(user, 1, 200);
            List<Long> all = LongStream.rangeClosed(1, 200).boxed().toList();
            assertThat(phone.awaitIds(200)).isEqualTo(all);
            assertThat(laptop.awaitIds(200)).isEqualTo(all);
        }
    }

    @Test
    void theSameMessageTwiceIsOneRowAndOnePush() {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            String message = TestBroker.notification(user, 1);
            gateway.broker().publish(message);
            gateway.broker().publish(message);
            gateway.broker().publish(user, 2, 2);
            assertThat(client.awaitIds(2)).containsExactly(1L, 2L);
            gateway.broker().publish(message);
            gateway.broker().publish(user, 3, 3);
            assertThat(client.awaitIds(3)).containsExactly(1L, 2L, 3L);
            assertThat(gateway.database().number("select count(*) from delivery where user_id = ?", user)).isEqualTo(3);
            assertThat(gateway.database().number("select unread from inbox where user_id = ?", user)).isEqualTo(3);
        }
    }

    @Test
    void whatIsPublishedAsReadStartsOutReadAndIsPushedAllTheSame() {
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish("""
                    {"userId":"%s","notificationId":1,"message":"m","readAt":"2026-01-01T10:00:00Z"}"""
                    .formatted(user));
            assertThat(TestClient.get(client.await("NEW_NOTIFICATION").json(), "readAt"))
                    .isEqualTo("2026-01-01T10:00:00.000Z");
            assertThat(gateway.database().number("select unread from inbox where user_id = ?", user)).isZero();
        }
    }

    @Test
    void aClientThatNeverSubscribedReceivesNothing() {
        try (TestClient silent = gateway.client(user);
                TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 5);
            client.awaitIds(5);
            assertThat(silent.ids()).isEmpty();
        }
    }
}
