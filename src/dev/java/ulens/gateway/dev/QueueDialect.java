package ulens.gateway.dev;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The difference between RabbitMQ's and Qpid's arguments of {@code queue.declare}.
 * <ul>
 * <li>{@code x-dead-letter-exchange}, {@code x-dead-letter-routing-key}: left out. Qpid has an alternate binding, but
 * it must exist before the queue and keeps the routing key with which the message came, so the contract's bindings
 * would not catch it: the message would be lost.
 * <li>{@code x-message-ttl}: {@code maximumMessageTtl}. Left out on a queue with a dead-letter exchange, because Qpid
 * would delete what expires; here it stays in the queue, where it can be seen.
 * <li>{@code x-queue-type} and RabbitMQ's other arguments that Qpid does not know: left out.
 * <li>{@code x-single-active-consumer} and Qpid's own arguments: kept.
 * </ul>
 */
final class QueueDialect {
    private static final String DEAD_LETTER_EXCHANGE = "x-dead-letter-exchange";
    private static final String MESSAGE_TTL = "x-message-ttl";
    private static final Set<String> KNOWN_TO_BOTH = Set.of("x-single-active-consumer");

    private QueueDialect() {
    }

    static Map<String, Object> translate(Map<String, Object> rabbitMqArguments) {
        Map<String, Object> translated = new HashMap<>();
        rabbitMqArguments.forEach((name, value) -> {
            if (!name.startsWith("x-") || name.startsWith("x-qpid-") || KNOWN_TO_BOTH.contains(name)) {
                translated.put(name, value);
            }
        });
        Object ttl = rabbitMqArguments.get(MESSAGE_TTL);
        if (ttl != null && !rabbitMqArguments.containsKey(DEAD_LETTER_EXCHANGE)) {
            translated.put("maximumMessageTtl", ((Number) ttl).longValue());
        }
        return Map.copyOf(translated);
    }
}
