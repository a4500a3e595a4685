package ulens.gateway.rabbitmq;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import io.helidon.messaging.MessagingException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.streams.operators.ReactiveStreams;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;
import ulens.gateway.rabbitmq.outgoing.Publication;
import ulens.gateway.rabbitmq.topology.Topology;
import ulens.gateway.rabbitmq.topology.Topology.Binding;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The example of the package documentation, and the same by Helidon Config. */
class ExampleTest extends RabbitMqTestCase {

    @Test
    void ordersBecomeInvoices() throws Exception {
        String shop = broker.newExchangeName();
        String ordersQueue = broker.newName();
        String invoicesQueue = broker.newName();
        Topology topology = new Topology(List.of(new Exchange(shop, "topic", false)),
                List.of(new Queue(ordersQueue, false, Map.of()), new Queue(invoicesQueue, false, Map.of())),
                List.of(new Binding(ordersQueue, shop, "order.*"), new Binding(invoicesQueue, shop, "invoice.*")));
        RabbitMqConnector connector = connector().topology(topology).build();
        Channel<byte[]> orders = Channel.create("orders");
        Channel<Publication> invoices = Channel.create("invoices");
        ConfirmedPublisher publisher = ConfirmedPublisher.create(invoices);
        Config config = Config
                .just(ConfigSources.create(Map.of("mp.messaging.incoming.orders.connector", RabbitMqConnector.NAME,
                        "mp.messaging.incoming.orders.queue", ordersQueue, "mp.messaging.outgoing.invoices.connector",
                        RabbitMqConnector.NAME, "mp.messaging.connector.ulens-rabbitmq.prefetch", "7")));
        Messaging messaging = Messaging.builder().config(config).connector(connector).emitter(publisher.emitter())
                .subscriber(orders,
                        ReactiveStreams.<Message<byte[]>> builder()
                                .forEach(order -> publisher
                                        .publish(Publication.persistent(shop, "invoice.new", order.getPayload()))
                                        .whenComplete((done, failure) -> {
                                            if (failure == null) {
                                                order.ack();
                                            } else {
                                                order.nack(failure);
                                            }
                                        }))
                                .build())
                .build();
        start(messaging);
        eventually().until(connector::connected);

        for (int i = 0; i < 100; i++) {
            broker.channel().basicPublish(shop, "order.new", null, new byte[] { (byte) i });
        }
        eventually().until(() -> broker.ready(invoicesQueue) == 100);
        eventually().until(() -> broker.ready(ordersQueue) == 0);
        assertThat(states.changes).startsWith("connected").endsWith("connected");
        stop(messaging);
        assertThat(broker.ready(ordersQueue)).isZero();
    }

    @Test
    void wrongAttributesAreNamedAtTheStart() {
        Channel<byte[]> noQueue = Channel.<byte[]> builder().name("no-queue")
                .publisherConfig(RabbitMqConnector.configBuilder().build()).build();
        Channel<byte[]> noPrefetch = Channel.<byte[]> builder().name("no-prefetch")
                .publisherConfig(RabbitMqConnector.configBuilder().queue("q").prefetch(0).build()).build();
        for (Channel<byte[]> wrong : List.of(noQueue, noPrefetch)) {
            Messaging messaging = Messaging.builder().connector(connector().build()).subscriber(wrong, new Probe(1))
                    .build();
            assertThatThrownBy(messaging::start).isInstanceOf(MessagingException.class)
                    .hasMessageContaining(wrong.name()).hasMessageContaining(wrong == noQueue ? "queue" : "prefetch");
        }
    }
}
