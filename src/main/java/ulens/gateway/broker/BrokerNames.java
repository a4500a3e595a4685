package ulens.gateway.broker;

import ulens.gateway.config.BrokerConfig;
import ulens.gateway.intake.IntakeRoutes;
import ulens.gateway.rabbitmq.topology.Topology;
import ulens.gateway.rabbitmq.topology.Topology.Binding;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names and arguments that the backend's services and the broker rely on. */
public final class BrokerNames {
    /** Exchange of notifications, and of the events that the gateway publishes. */
    public static final String EVENTS = "app.events";
    private static final String DEAD_LETTERS = "app.dlx";
    /** Routing key of notifications. */
    public static final String SUBSCRIPTION = "notification.subscription";

    private static final int DELIVERY_LIMIT = 1_000_000;
    private static final int RETRY_MILLIS = 60_000;
    private static final String TOPIC = "topic";

    private BrokerNames() {
    }

    /** {@return the exchanges, queues and bindings that the gateway needs} */
    static Topology topology(BrokerConfig names) {
        return new Topology(
                List.of(new Exchange(EVENTS, TOPIC, true), new Exchange(DEAD_LETTERS, TOPIC, true)), List.of(
                        queue(names.queue(), names,
                                Map.of("x-dead-letter-exchange", DEAD_LETTERS, "x-dead-letter-routing-key",
                                        names.deadQueue())),
                        queue(names.retryQueue(), names,
                                Map.of("x-message-ttl", RETRY_MILLIS, "x-dead-letter-exchange", EVENTS,
                                        "x-dead-letter-routing-key", SUBSCRIPTION)),
                        queue(names.deadQueue(), names, Map.of())),
                List.of(new Binding(names.queue(), EVENTS, SUBSCRIPTION),
                        new Binding(names.deadQueue(), DEAD_LETTERS, names.deadQueue())));
    }

    /** {@return the destinations of messages that do not become rows} */
    static IntakeRoutes routes(BrokerConfig names) {
        return new IntakeRoutes(DEAD_LETTERS, names.deadQueue(), names.retryQueue());
    }

    private static Queue queue(String name, BrokerConfig names, Map<String, Object> arguments) {
        Map<String, Object> all = new HashMap<>(arguments);
        if (names.queueType().equals("quorum")) {
            // classic is the broker's default; naming it would make the declaration differ from existing queues
            all.put("x-queue-type", "quorum");
            // RabbitMQ 4 drops a message after 20 deliveries by default. A valid message may be redelivered often
            // because of an invalid one in its batch, and intake itself finds out which one is invalid.
            all.put("x-delivery-limit", DELIVERY_LIMIT);
        }
        return new Queue(name, true, all);
    }
}
