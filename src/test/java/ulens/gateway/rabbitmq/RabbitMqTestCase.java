package ulens.gateway.rabbitmq;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** A broker, a proxy in front of it, and what it takes to start and stop connectors. */
public abstract class RabbitMqTestCase {

    protected final RecordedStates states = new RecordedStates();
    private final Deque<Messaging> running = new ArrayDeque<>();
    protected BrokerSandbox broker;
    protected CuttableProxy proxy;

    @BeforeEach
    protected void open() throws Exception {
        broker = BrokerSandbox.open();
        proxy = new CuttableProxy(broker.host(), broker.port());
    }

    @AfterEach
    protected void close() throws IOException {
        running.forEach(Messaging::stop);
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    protected RabbitMqConnector.Builder connector() {
        return RabbitMqConnector.builder().uri(BrokerSandbox.urlThrough(proxy.port())).connectionName("test")
                .recoveryInterval(Duration.ofMillis(20)).listener(states);
    }

    protected static Channel<byte[]> from(String queue, int prefetch) {
        return Channel.<byte[]> builder().name("from-" + queue)
                .publisherConfig(RabbitMqConnector.configBuilder().queue(queue).prefetch(prefetch).build()).build();
    }

    protected static Channel<Publication> out() {
        return Channel.<Publication> builder().name("out")
                .subscriberConfig(RabbitMqConnector.configBuilder().maxUnconfirmed(1_000).build()).build();
    }

    protected Messaging consume(RabbitMqConnector connector, String queue, int prefetch, Probe probe) {
        return start(Messaging.builder().connector(connector).subscriber(from(queue, prefetch), probe).build());
    }

    protected ConfirmedPublisher publisher(RabbitMqConnector connector) {
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out());
        start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        return publisher;
    }

    protected Messaging start(Messaging messaging) {
        messaging.start();
        running.push(messaging);
        return messaging;
    }

    protected void stop(Messaging messaging) {
        running.remove(messaging);
        messaging.stop();
    }

    /** How many messages of its incoming channel wait for demand. */
    protected static int waiting(RabbitMqConnector connector) {
        return connector.incoming().getFirst().waiting();
    }

    protected static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(25)).pollInterval(Duration.ofMillis(10));
    }

    protected static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }
}
