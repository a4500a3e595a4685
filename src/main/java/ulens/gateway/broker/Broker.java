package ulens.gateway.broker;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import org.jspecify.annotations.Nullable;
import ulens.gateway.config.BrokerConfig;
import ulens.gateway.intake.IntakeBroker;
import ulens.gateway.intake.IntakeRoutes;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.outbox.OutboxEvent;
import ulens.gateway.rabbitmq.RabbitMqConnector;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The two Helidon Messaging channels of the gateway: notifications in, publications out. */
public final class Broker implements Measured, AutoCloseable {
    private final IntakeRoutes routes;
    private final RabbitMqConnector connector;
    private final ConfirmedPublisher publisher;
    private final ConfirmedPublisher letters;
    private final Channel<byte[]> notifications;
    private @Nullable Messaging messaging;

    /**
     * Creates the channels, which do not connect before {@link #start}.
     *
     * @param config
     *            URLs of the broker, names of queues, and prefetch
     * @param otherUrl
     *            gives the URL of the broker if none is configured
     * @param queueArguments
     *            translates arguments of queues from RabbitMQ's to those of this broker
     * @param stopping
     *            whether the gateway is stopping, so that the end of a connection is no problem
     */
    public Broker(BrokerConfig config, Supplier<String> otherUrl, UnaryOperator<Map<String, Object>> queueArguments,
            BooleanSupplier stopping) {
        routes = BrokerNames.routes(config);
        connector = RabbitMqConnector.builder().uris(config.urls().isEmpty() ? List.of(otherUrl.get()) : config.urls())
                .connectionName("ulens-gateway").topology(BrokerNames.topology(config).withArguments(queueArguments))
                .listener(new ConnectionLog(stopping)).build();
        publisher = publisher("publications");
        letters = publisher("letters");
        notifications = Channel.<byte[]> builder().name("notifications")
                .publisherConfig(
                        RabbitMqConnector.configBuilder().queue(config.queue()).prefetch(config.prefetch()).build())
                .build();
    }

    private static ConfirmedPublisher publisher(String name) {
        return ConfirmedPublisher.create(Channel.<Publication> builder().name(name)
                .subscriberConfig(RabbitMqConnector.configBuilder().build()).build());
    }

    /** {@return publishes notifications for an extension; completes with the broker's confirm} */
    public ConfirmedPublisher publisher() {
        return publisher;
    }

    /** {@return whether it is connected} */
    public boolean connected() {
        return connector.connected();
    }

    /** {@return whether publishing makes sense now: it is connected, and the broker does not block publishers} */
    public boolean takesPublications() {
        return connector.takesPublications();
    }

    /**
     * Connects, and starts to consume messages.
     *
     * @param subscriber
     *            gets the notifications
     */
    public void start(Flow.Subscriber<IncomingMessage> subscriber) {
        messaging = Messaging.builder().connector(connector).emitter(publisher.emitter()).emitter(letters.emitter())
                .subscriber(notifications, subscriber).build();
        messaging.start();
    }

    /**
     * Publishes an event.
     *
     * @param event
     *            the event
     *
     * @return completes when the broker has confirmed it
     */
    public CompletionStage<Void> publish(OutboxEvent event) {
        return publisher.publish(Publication
                .persistent(BrokerNames.EVENTS, event.routingKey(), event.payload().getBytes(StandardCharsets.UTF_8))
                .withMessageId(event.messageId()).withContentType("application/json"));
    }

    @Override
    public void register(Meters meters) {
        meters.gauge("broker_connected", "1 while RabbitMQ is connected", () -> connected() ? 1 : 0).gauge(
                "broker_takes_publications", "0 while RabbitMQ is away or blocks publishers (memory, disk)",
                () -> takesPublications() ? 1 : 0);
    }

    /** Stops consuming; messages in hand can still be acknowledged. */
    public void cancel() {
        connector.cancelConsumers();
    }

    /** {@return the broker as intake needs it: to pause consuming, and to publish messages that do not become rows} */
    public IntakeBroker forIntake() {
        return new IntakeBroker() {
            @Override
            public void giveBack() {
                connector.pauseConsumers();
            }

            @Override
            public void declareAgain() {
                connector.declareAgain();
            }

            @Override
            public void takeAgain() {
                connector.resumeConsumers();
            }

            @Override
            public CompletionStage<Void> publish(Publication publication) {
                // on a channel of their own, since the broker closes the channel if the destination is gone
                return letters.publish(publication);
            }

            @Override
            public IntakeRoutes routes() {
                return routes;
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
