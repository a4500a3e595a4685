package ulens.gateway;

import ulens.gateway.rabbitmq.Topology;
import ulens.gateway.rabbitmq.Topology.Binding;
import ulens.gateway.rabbitmq.Topology.Exchange;
import ulens.gateway.rabbitmq.Topology.Queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names and arguments that the backend's services and the broker rely on. */
final class BrokerNames {
    static final String EVENTS = "app.events";
    static final String DEAD_LETTERS = "app.dlx";
    static final String SUBSCRIPTION = "notification.subscription";
    static final String READ = "notification.read";

    private static final int DELIVERY_LIMIT = 1_000_000;
    private static final int RETRY_MILLIS = 60_000;
    private static final String TOPIC = "topic";

    private BrokerNames() {
    }

    static Topology topology(GatewayConfig.Rmq names) {
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

    private static Queue queue(String name, GatewayConfig.Rmq names, Map<String, Object> arguments) {
        Map<String, Object> all = new HashMap<>(arguments);
        if (names.queueType().equals("quorum")) {
            // the classic type is the default of the broker: naming it would differ from the existing queues
            all.put("x-queue-type", "quorum");
            // RabbitMQ 4 throws a message away after 20 deliveries; what comes back often may be a good neighbour, and
            // intake itself finds out which one is at fault
            all.put("x-delivery-limit", DELIVERY_LIMIT);
        }
        return new Queue(name, true, all);
    }
}
