package ulens.gateway.flow;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A message that can never be stored goes to the dead-letter queue with its reason, and other messages are stored. */
@GatewayTest({ "INTAKE_MAX_BODY=20000", "INTAKE_LINGER=500ms" })
class DeadLetterTest {
    private static TestGateway gateway;

    static Stream<Arguments> bad() {
        String longUser = "u".repeat(201);
        return Stream.of(Arguments.of("nonsense", "body is not JSON: error at byte 0"),
                Arguments.of("", "body is not a JSON object"), Arguments.of("[1]", "body is not a JSON object"),
                Arguments.of("{\"userId\":\"u\"", "body is not JSON: error at byte 13"),
                Arguments.of("{} {}", "body is more than one JSON object"),
                Arguments.of("{\"notificationId\":1,\"message\":\"m\"}", "userId is missing"),
                Arguments.of("{\"userId\":true,\"notificationId\":1,\"message\":\"m\"}",
                        "userId is neither a string nor an integer"),
                Arguments.of("{\"userId\":\"\",\"notificationId\":1,\"message\":\"m\"}", "userId is empty"),
                Arguments.of("{\"userId\":\"" + longUser + "\",\"notificationId\":1,\"message\":\"m\"}",
                        "userId is longer than 200 characters"),
                Arguments.of("{\"userId\":\"u\",\"message\":\"m\"}", "notificationId is missing"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":\"one\",\"message\":\"m\"}",
                        "notificationId is not an integer"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1.5,\"message\":\"m\"}",
                        "notificationId is not an integer"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":9223372036854775808,\"message\":\"m\"}",
                        "notificationId does not fit 64 bits"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1}", "message is missing"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1,\"message\":null}", "message is not a string"),
                Arguments.of("{\"userId\":\"u\\u0000\",\"notificationId\":1,\"message\":\"m\"}",
                        "userId holds U+0000, which can't be stored"),
                Arguments.of("{\"userId\":\"u\\ud83d\",\"notificationId\":1,\"message\":\"m\"}",
                        "userId holds half of a surrogate pair, which can't be stored"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1e400000000,\"message\":\"m\"}",
                        "notificationId does not fit 64 bits"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1,\"message\":\"m\",\"metadata\":" + "[".repeat(1001)
                        + "]".repeat(1001) + "}", "metadata is nested deeper than 200 levels"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1,\"message\":\"m\",\"metadata\":" + "7".repeat(1001)
                        + "}", "metadata holds a number of more than 1000 digits"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1,\"message\":\"m\",\"metadata\":1e999999}",
                        "metadata holds numbers of too many digits"),
                Arguments.of("{\"userId\":\"u\",\"notificationId\":1,\"message\":\"" + "x".repeat(20_000) + "\"}",
                        "body is 20046 bytes, over the limit of 20000"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("bad")
    void aBadMessageGoesToTheDeadLetterQueueWithItsReasonAndItsNeighboursAreDelivered(String body, String reason) {
        String user = "user-" + UUID.randomUUID();
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 3);
            gateway.broker().publish(body.getBytes(StandardCharsets.UTF_8), Map.of("x-trace", "t-1"));
            gateway.broker().publish(user, 4, 6);
            assertThat(client.awaitIds(6)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            GetResponse dead = gateway.broker().deadLetter();
            assertThat(dead.getProps().getHeaders().get("x-error")).hasToString(reason);
            assertThat(dead.getProps().getHeaders().get("x-trace")).hasToString("t-1");
            assertThat(dead.getProps().getContentType()).isEqualTo("application/json");
            assertThat(new String(dead.getBody(), StandardCharsets.UTF_8)).isEqualTo(body);
            assertThat(gateway.broker().count(gateway.broker().queue())).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE" })
    void aBodyInAnotherEncodingIsABadMessageAndNothingElse(String charset) throws Exception {
        String user = "user-" + UUID.randomUUID();
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish("{\"userId\":\"u\",\"notificationId\":1,\"message\":\"m\",\"metadata\":{\"a\":1}}"
                    .getBytes(charset), Map.of());
            gateway.broker().publish(user, 1, 1);
            client.awaitIds(1);
            assertThat(gateway.broker().deadLetter().getProps().getHeaders().get("x-error"))
                    .hasToString("body is not UTF-8");
        }
    }

    /** RabbitMQ refuses a publication with the user id of another user, and sends copies to the routing keys in CC. */
    @Test
    void aDeadLetterCarriesNothingThatTheBrokerWouldRefuseOrSendElsewhere() {
        gateway.broker().publish("nonsense".getBytes(StandardCharsets.UTF_8),
                TestBroker.properties(Map.of("CC", List.of("nowhere"), "x-trace", "t-2")).userId("guest")
                        .messageId("m-1").build());
        AMQP.BasicProperties dead = gateway.broker().deadLetter().getProps();
        assertThat(dead.getUserId()).isNull();
        assertThat(dead.getHeaders()).containsOnlyKeys("x-trace", "x-error");
        assertThat(dead.getMessageId()).isEqualTo("m-1");
    }

    /** A dead letter as it comes back from the retry queue, where it went because the dead-letter queue was full. */
    @Test
    void whatWentRoundAsADeadLetterStaysOneWhateverItsBody() {
        gateway.broker().publish(
                TestBroker.notification("user-" + UUID.randomUUID(), 1).getBytes(StandardCharsets.UTF_8),
                Map.of("x-dead-letter-reason", "headers\n can't be read"));
        assertThat(gateway.broker().deadLetter().getProps().getHeaders()).containsOnlyKeys("x-error")
                .hasEntrySatisfying("x-error", reason -> assertThat(reason).hasToString("headers  can't be read"));
    }

    @Test
    void manyBadMessagesGoTogetherEachWithItsOwnReason() {
        Map<String, String> reasons = new TreeMap<>();
        for (int id = 0; id < 300; id++) {
            String body = id % 2 == 0 ? "nonsense " + id : "{\"userId\":\"u\",\"notificationId\":" + id + "}";
            reasons.put(body, id % 2 == 0 ? "body is not JSON: error at byte 0" : "message is missing");
            gateway.broker().publish(body);
        }
        Map<String, String> dead = new TreeMap<>();
        for (int count = 0; count < 300; count++) {
            GetResponse letter = gateway.broker().deadLetter();
            dead.put(new String(letter.getBody(), StandardCharsets.UTF_8),
                    letter.getProps().getHeaders().get("x-error").toString());
        }
        assertThat(dead).isEqualTo(reasons);
        assertThat(gateway.broker().count(gateway.broker().deadQueue())).isZero();
    }

    @Test
    void whatFailsForAnUnknownReasonIsTriedAgainThreeTimesAndItsNeighboursAreDelivered() {
        String user = "user-" + UUID.randomUUID();
        gateway.database().execute("create function refuse() returns trigger language plpgsql as"
                + " $$ begin if new.notification_id = 666 then raise 'no'; end if; return new; end $$");
        gateway.database()
                .execute("create trigger refuse before insert on delivery for each row execute function refuse()");
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            gateway.broker().publish(user, 1, 3);
            gateway.broker().publish(user, 666, 666);
            gateway.broker().publish(user, 4, 6);
            assertThat(client.awaitIds(6)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            GetResponse waiting = gateway.broker().next(gateway.broker().retryQueue());
            assertThat(waiting.getProps().getHeaders()).containsEntry("x-retries", 1).containsKey("x-error");

            byte[] body = TestBroker.notification(user, 666).getBytes(StandardCharsets.UTF_8);
            gateway.broker().publish(body, Map.of("x-retries", 2));
            assertThat(gateway.broker().next(gateway.broker().retryQueue()).getProps().getHeaders())
                    .containsEntry("x-retries", 3);

            gateway.broker().publish(body, Map.of("x-retries", 3));
            assertThat(gateway.broker().deadLetter().getProps().getHeaders().get("x-error"))
                    .hasToString("failed 4 times: SQLSTATE P0001");
        } finally {
            gateway.database().execute("drop trigger refuse on delivery");
        }
    }
}
