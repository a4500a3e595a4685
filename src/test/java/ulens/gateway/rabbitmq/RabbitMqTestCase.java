package ulens.gateway.rabbitmq;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.IntStream;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A broker, a proxy in front of it, and what it takes to start and stop connectors. */
abstract class RabbitMqTestCase {

    final RecordedStates states = new RecordedStates();
    private final Deque<Messaging> running = new ArrayDeque<>();
    TestBroker broker;
    CuttableProxy proxy;

    @BeforeEach
    void open() throws Exception {
        broker = TestBroker.open();
        proxy = new CuttableProxy(broker.host(), broker.port());
    }

    @AfterEach
    void close() throws IOException {
        running.forEach(Messaging::stop);
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    RabbitMqConnector.Builder connector() {
        return RabbitMqConnector.builder().uri(TestBroker.urlThrough(proxy.port())).connectionName("test")
                .recoveryInterval(Duration.ofMillis(20)).listener(states);
    }

    static Channel<byte[]> from(String queue, int prefetch) {
        return Channel.<byte[]> builder().name("from-" + queue)
                .publisherConfig(RabbitMqConnector.configBuilder().queue(queue).prefetch(prefetch).build()).build();
    }

    static Channel<Publication> out() {
        return Channel.<Publication> builder().name("out")
                .subscriberConfig(RabbitMqConnector.configBuilder().maxUnconfirmed(1_000).build()).build();
    }

    Messaging consume(RabbitMqConnector connector, String queue, int prefetch, Probe probe) {
        return start(Messaging.builder().connector(connector).subscriber(from(queue, prefetch), probe).build());
    }

    ConfirmedPublisher publisher(RabbitMqConnector connector) {
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out());
        start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        return publisher;
    }

    Messaging start(Messaging messaging) {
        messaging.start();
        running.push(messaging);
        return messaging;
    }

    void stop(Messaging messaging) {
        running.remove(messaging);
        messaging.stop();
    }

    static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(25)).pollInterval(Duration.ofMillis(10));
    }

    static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }
}
