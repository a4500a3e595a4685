package ulens.gateway.faults;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A dead letter that can't be published does not stop other messages, and is not lost. On a private node of RabbitMQ.
 */
class UndeliverableLettersTest {
    private static final byte[] NONSENSE = "nonsense".getBytes(StandardCharsets.UTF_8);
    private static final String FULL = "{\"max-length\":0,\"overflow\":\"reject-publish\"}";

    private static FaultBroker node;

    private final String user = "user-" + UUID.randomUUID();
    private TestGateway gateway;
    private TestClient client;

    @BeforeAll
    static void startNode() {
        node = FaultBroker.shared();
    }

    @BeforeEach
    void start() {
        gateway = new TestGateway(Map.of("RMQ_URL", node.url("guest"), "INTAKE_MAX_WAITING", "10"));
        client = gateway.client(user);
        client.subscribe();
    }

    @AfterEach
    void stop() {
        client.close();
        gateway.close();
    }

    @Test
    void headersThatNoLongerFitAFrameAreCutAndTheBodyIsKept() {
        gateway.broker().publish(NONSENSE,
                Map.of("x-trace", "t-1", "x-event", "e", "long", "x".repeat(130_950), "list", List.of(1)));
        Map<String, Object> many = new HashMap<>(Map.of("x-event", "e"));
        for (int header = 0; header < 1_129; header++) {
            many.put("header-" + header, "y".repeat(100));
        }
        gateway.broker().publish(NONSENSE, many);
        gateway.broker().publish(user, 1, 2);
        client.awaitIds(2);

        GetResponse shortened = gateway.broker().deadLetter();
        assertThat(shortened.getBody()).isEqualTo(NONSENSE);
        Map<String, Object> headers = shortened.getProps().getHeaders();
        assertThat(headers).containsOnlyKeys("x-error", "x-cut", "x-trace", "x-event", "long");
        assertThat(headers.get("long").toString()).isEqualTo("x".repeat(256) + "…");
        assertThat(headers.get("x-cut").toString()).startsWith("headers were too long");

        GetResponse bare = gateway.broker().deadLetter();
        assertThat(bare.getBody()).isEqualTo(NONSENSE);
        assertThat(bare.getProps().getHeaders()).containsKeys("x-error", "x-cut", "x-event");
        assertThat(bare.getProps().getContentType()).isEqualTo("application/json");
    }

    @Test
    void aDeadLetterQueueThatWasDeletedIsDeclaredAgainAtOnce() {
        gateway.broker().delete(gateway.broker().deadQueue());
        gateway.broker().publish(NONSENSE, Map.of());
        gateway.broker().publish(user, 1, 2);
        client.awaitIds(2);
        awaitQueue(gateway.broker().deadQueue());
        assertThat(gateway.broker().deadLetter().getBody()).isEqualTo(NONSENSE);
        await().atMost(TestClient.PATIENCE).until(() -> RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") == 0);
    }

    @Test
    void anExchangeThatWasDeletedIsDeclaredAgainAtOnce() {
        gateway.broker().deleteExchange("app.dlx");
        gateway.broker().publish(NONSENSE, Map.of());
        gateway.broker().publish(user, 1, 2);
        client.awaitIds(2);
        assertThat(gateway.broker().deadLetter().getBody()).isEqualTo(NONSENSE);
    }

    @Test
    void whileTheDeadLetterQueueIsFullSomeWaitFurtherOnesGoRoundAndGoodOnesAreStored() throws Exception {
        String dead = gateway.broker().deadQueue();
        String retries = gateway.broker().retryQueue();
        node.control("set_policy", "full", "\\.dlq$", FULL, "--apply-to", "queues");
        try (CapturedRecords log = new CapturedRecords()) {
            // a new policy takes a moment
            await().atMost(TestClient.PATIENCE).until(() -> {
                gateway.broker().publish(NONSENSE, Map.of());
                return RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") > 0;
            });
            for (int round = 0; round < 30; round++) {
                gateway.broker().publish(NONSENSE, Map.of("round", round));
                gateway.broker().publish(user, round * 10L + 1, round * 10L + 10);
            }
            assertThat(client.awaitIds(300)).hasSize(300).isSorted();
            await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(retries) > 0
                    && RabbitMqNodeTest.metric(gateway, "dead_letters_put_off") == gateway.broker().count(retries));
            await().atMost(TestClient.PATIENCE)
                    .until(() -> RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") == 10);
            assertThat(node.control("list_queues", "name", "messages_unacknowledged"))
                    .contains(gateway.broker().queue() + "\t10\n");
            assertThat(log.warnings()).filteredOn(line -> line.contains("dead-letters fails")).singleElement()
                    .asString().contains("the broker did not accept the message (is the queue full?)");
        } finally {
            node.control("clear_policy", "full");
        }
        await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(dead) >= 10);
        await().atMost(TestClient.PATIENCE).until(() -> RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") == 0);
        long before = gateway.broker().count(dead);

        // the retry queue returns it after a minute
        GetResponse round = gateway.broker().next(retries);
        AMQP.BasicProperties properties = round.getProps();
        assertThat(properties.getHeaders().get("x-dead-letter-reason"))
                .hasToString("body is not JSON: error at byte 0");
        gateway.broker().publish(round.getBody(), properties);
        await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(dead) == before + 1);
    }

    /** Long before RabbitMQ's time limit for acknowledgements. */
    @Test
    void whatWaitsForTooLongIsGivenBackAndComesAgain() throws Exception {
        startWithShortHold();
        node.control("set_policy", "full", "\\.dlq$", FULL, "--apply-to", "queues");
        try {
            await().atMost(TestClient.PATIENCE).until(() -> {
                gateway.broker().publish(NONSENSE, Map.of());
                return RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") > 0;
            });
            for (int message = 0; message < 5; message++) {
                gateway.broker().publish(NONSENSE, Map.of("message", message));
            }
            // taken again and again
            await().atMost(TestClient.PATIENCE).until(() -> RabbitMqNodeTest.metric(gateway, "messages_consumed") > 20);
        } finally {
            node.control("clear_policy", "full");
        }
        await().atMost(TestClient.PATIENCE).until(() -> RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") == 0
                && gateway.broker().count(gateway.broker().queue()) == 0);
        Set<String> messages = new TreeSet<>();
        while (messages.size() < 5) {
            Object message = gateway.broker().deadLetter().getProps().getHeaders().get("message");
            assertThat(message == null || messages.add(message.toString())).isTrue();
        }
    }

    /** The messages are there before the alarm, since nobody can publish during it. */
    @Test
    void aMemoryAlarmDoublesNoDeadLetter() throws Exception {
        startWithShortHold();
        gateway.stop();
        for (int message = 0; message < 8; message++) {
            gateway.broker().publish(NONSENSE, Map.of("message", message));
        }
        node.control("set_vm_memory_high_watermark", "0.00001");
        try {
            gateway.start();
            await().atMost(TestClient.PATIENCE)
                    .until(() -> RabbitMqNodeTest.metric(gateway, "broker_takes_publications") == 0);
            // the test checks that nothing happens meanwhile
            Thread.sleep(3_000);
            assertThat(RabbitMqNodeTest.metric(gateway, "dead_letters_waiting")).isPositive();
        } finally {
            node.control("set_vm_memory_high_watermark", "0.8");
        }
        await().atMost(TestClient.PATIENCE).until(() -> RabbitMqNodeTest.metric(gateway, "dead_letters_waiting") == 0);
        try (TestBroker after = new TestBroker(node.url("guest"))) {
            assertThat(after.count(gateway.broker().deadQueue())).isEqualTo(8);
        }
    }

    private void startWithShortHold() {
        stop();
        gateway = new TestGateway(Map.of("RMQ_URL", node.url("guest"), "INTAKE_HOLD", "1s"));
        client = gateway.client(user);
    }

    private void awaitQueue(String name) {
        await().atMost(TestClient.PATIENCE).until(() -> node.control("list_queues", "name").contains(name));
    }
}
