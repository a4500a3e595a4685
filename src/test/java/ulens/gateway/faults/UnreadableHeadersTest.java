package ulens.gateway.faults;

import com.rabbitmq.client.GetResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.rabbitmq.headers.RandomProperties;
import ulens.gateway.rabbitmq.headers.RandomProperties.Writer;
import ulens.gateway.rabbitmq.headers.RawPublisher;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Headers that the client library can't read affect only their own message. Through RabbitMQ itself, byte by byte. */
class UnreadableHeadersTest {
    private static final int CASES = 600;
    private static final String EVENTS = "app.events";
    private static final String KEY = "notification.subscription";

    private static FaultBroker node;
    private static TestGateway gateway;
    private static RawPublisher raw;

    private final String user = "user-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = FaultBroker.shared();
        gateway = new TestGateway(Map.of("RMQ_URL", node.url("guest")));
        raw = new RawPublisher(node.url("guest"));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            raw.close();
            gateway.close();
        }
    }

    @Test
    void itGoesToTheDeadLettersWithWhatCouldBeReadAndItsNeighboursAreStored() throws Exception {
        try (TestClient client = gateway.client(user);
                CapturedRecords log = new CapturedRecords()) {
            client.subscribe();
            gateway.broker().publish(user, 1, 3);
            publish(4, headers(table -> {
                table.entry("x-trace").type('S').longText("t-1");
                table.entry("deep").nested(40);
            }));
            publish(5, headers(table -> {
                table.entry("x-trace").type('S').longText("t-2");
                table.entry("odd").type('L').int64(7);
            }));
            gateway.broker().publish(user, 6, 8);
            assertThat(client.awaitIds(6)).containsExactly(1L, 2L, 3L, 6L, 7L, 8L);

            GetResponse deep = gateway.broker().deadLetter();
            assertThat(deep.getProps().getHeaders().get("x-error"))
                    .hasToString("headers can't be read: header \"deep\" is nested deeper than 32 levels");
            assertThat(deep.getProps().getHeaders().get("x-trace")).hasToString("t-1");
            assertThat(new String(deep.getBody(), StandardCharsets.UTF_8)).contains("\"notificationId\":4");
            GetResponse odd = gateway.broker().deadLetter();
            assertThat(odd.getProps().getHeaders().get("x-error"))
                    .hasToString("headers can't be read: header \"odd\" has a value of an unknown type");
            assertThat(odd.getProps().getHeaders().get("x-trace")).hasToString("t-2");

            assertThat(log.lines()).filteredOn(line -> line.contains("\"deep\"")).singleElement().asString()
                    .contains("queue=" + gateway.broker().queue(), "tag=");
            assertThat(log.lines()).noneMatch(line -> line.contains("lost "));
        }
    }

    /** A queue with a time to live adds x-death, and RabbitMQ does not check that the headers still fit a frame. */
    @Test
    void headersThatTheBrokerHasMadeTooLongForAFrameAreRead() throws Exception {
        byte[] properties = headers(table -> table.entry("long").type('S').longText("x".repeat(131_000)));
        String delay = gateway.broker().queue() + ".delay";
        gateway.broker().declare(delay,
                Map.of("x-message-ttl", 1, "x-dead-letter-exchange", EVENTS, "x-dead-letter-routing-key", KEY));
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            assertThat(raw.publish("", delay, properties, body(1))).isTrue();
            assertThat(client.awaitIds(1)).containsExactly(1L);
        }
    }

    @Test
    void atRandomEachIsStoredOrDeadLetteredAndNothingElseHappens() throws Exception {
        try (CapturedRecords log = new CapturedRecords()) {
            int accepted = 0;
            for (int seed = 0; seed < CASES; seed++) {
                accepted += publish(seed, new RandomProperties(new Random(seed), 150).properties()) ? 1 : 0;
            }
            int all = accepted;
            await().atMost(TestClient.PATIENCE)
                    .until(() -> stored() + gateway.broker().count(gateway.broker().deadQueue()) == all);
            long dead = gateway.broker().count(gateway.broker().deadQueue());
            System.out.println(CASES + " random property tables: " + (CASES - accepted) + " refused by RabbitMQ, "
                    + stored() + " stored, " + dead + " dead-lettered");
            assertThat(stored()).isGreaterThan(CASES / 20);
            assertThat(dead).isGreaterThan(CASES / 20);
            for (long letter = 0; letter < dead; letter++) {
                assertThat(gateway.broker().deadLetter().getProps().getHeaders().get("x-error").toString())
                        .startsWith("headers can't be read: ");
            }
            assertThat(gateway.broker().count(gateway.broker().retryQueue())).isZero();
            assertThat(log.lines()).noneMatch(line -> line.contains("lost "));
            assertThat(log.failures()).isEmpty();
        }
    }

    private long stored() {
        return gateway.database().number("select count(*) from delivery where user_id = ?", user);
    }

    private boolean publish(long id, byte[] properties) throws Exception {
        return raw.publish(EVENTS, KEY, properties, body(id));
    }

    private byte[] body(long id) {
        return TestBroker.notification(user, id).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] headers(java.util.function.Consumer<Writer> content) {
        return new Writer().flags(RandomProperties.HEADERS).table(content).bytes();
    }
}
