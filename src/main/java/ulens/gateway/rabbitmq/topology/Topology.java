package ulens.gateway.rabbitmq.topology;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The exchanges, queues and bindings that must exist on the broker before anything is consumed or published. Declared,
 * idempotently, after every connect and after every lost channel, in this order: exchanges, queues, bindings.
 *
 * @param exchanges
 *            exchanges
 * @param queues
 *            queues, never exclusive, never auto-delete
 * @param bindings
 *            bindings of queues to exchanges
 */
public record Topology(List<Exchange> exchanges, List<Queue> queues, List<Binding> bindings) {

    /** Takes copies of the lists. */
    public Topology {
        exchanges = List.copyOf(exchanges);
        queues = List.copyOf(queues);
        bindings = List.copyOf(bindings);
    }

    /**
     * Makes a topology that declares nothing, for a broker on which everything exists.
     *
     * @return the empty topology
     */
    public static Topology none() {
        return new Topology(List.of(), List.of(), List.of());
    }

    /**
     * Translates the arguments of every queue, for brokers with other arguments than RabbitMQ.
     *
     * @param dialect
     *            gets the arguments of a queue, returns the ones to declare
     *
     * @return the translated topology
     */
    public Topology withArguments(UnaryOperator<Map<String, Object>> dialect) {
        List<Queue> translated = queues.stream()
                .map(queue -> new Queue(queue.name(), queue.durable(), dialect.apply(queue.arguments()))).toList();
        return new Topology(exchanges, translated, bindings);
    }

    /**
     * An exchange.
     *
     * @param name
     *            its name
     * @param type
     *            {@code topic}, {@code direct}, {@code fanout} or {@code headers}
     * @param durable
     *            whether it survives a restart of the broker
     */
    public record Exchange(String name, String type, boolean durable) {

        /** Refuses null. */
        public Exchange {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(type, "type");
        }
    }

    /**
     * A queue, not exclusive and not auto-delete.
     *
     * @param name
     *            its name
     * @param durable
     *            whether it survives a restart of the broker
     * @param arguments
     *            arguments of the declaration, for example {@code x-dead-letter-exchange}
     */
    public record Queue(String name, boolean durable, Map<String, Object> arguments) {

        /** Takes a copy of the arguments. */
        public Queue {
            Objects.requireNonNull(name, "name");
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * A binding.
     *
     * @param queue
     *            name of the queue
     * @param exchange
     *            name of the exchange
     * @param routingKey
     *            routing key or pattern
     */
    public record Binding(String queue, String exchange, String routingKey) {

        /** Refuses null. */
        public Binding {
            Objects.requireNonNull(queue, "queue");
            Objects.requireNonNull(exchange, "exchange");
            Objects.requireNonNull(routingKey, "routingKey");
        }
    }
}
