package ulens.gateway;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import ulens.gateway.intake.Source;
import ulens.gateway.outbox.Event;
import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.ConnectionListener;
import ulens.gateway.rabbitmq.Publication;
import ulens.gateway.rabbitmq.RabbitMqConnector;
import ulens.gateway.rabbitmq.RabbitMqMessage;
import ulens.gateway.rabbitmq.Topology;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The two Helidon Messaging channels of the gateway: notifications in, publications out. */
final class Broker implements AutoCloseable {
    private final RabbitMqConnector connector;
    private final ConfirmedPublisher publisher;
    private final Channel<byte[]> notifications;
    private Messaging messaging;

    Broker(String uri, Topology topology, GatewayConfig.Rmq config, ConnectionListener listener) {
        connector = RabbitMqConnector.builder().uri(uri).connectionName("ulens-gateway").topology(topology)
                .listener(listener).build();
        Channel<Publication> publications = Channel.<Publication> builder().name("publications")
                .subscriberConfig(RabbitMqConnector.configBuilder().build()).build();
        publisher = ConfirmedPublisher.create(publications);
        notifications = Channel.<byte[]> builder().name("notifications")
                .publisherConfig(
                        RabbitMqConnector.configBuilder().queue(config.queue()).prefetch(config.prefetch()).build())
                .build();
    }

    ConfirmedPublisher publisher() {
        return publisher;
    }

    boolean connected() {
        return connector.connected();
    }

    void start(Flow.Subscriber<RabbitMqMessage> subscriber) {
        messaging = Messaging.builder().connector(connector).emitter(publisher.emitter())
                .subscriber(notifications, subscriber).build();
        messaging.start();
    }

    CompletionStage<Void> publish(Event event) {
        return publisher.publish(Publication
                .persistent(BrokerNames.EVENTS, event.routingKey(), event.payload().getBytes(StandardCharsets.UTF_8))
                .withMessageId(event.messageId()).withContentType("application/json"));
    }

    /** Takes no more messages; those in hand can still be acknowledged. */
    void cancel() {
        connector.cancelConsumers();
    }

    /** Where intake gets its messages from, and can give them back to. */
    Source source() {
        return new Source() {
            @Override
            public void giveBack() {
                connector.pauseConsumers();
            }

            @Override
            public void takeAgain() {
                connector.resumeConsumers();
            }
        };
    }

    @Override
    public void close() {
        if (messaging != null) {
            messaging.stop();
        }
        connector.stop();
    }
}
