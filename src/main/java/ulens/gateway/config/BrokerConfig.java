package ulens.gateway.config;

import java.util.List;
import java.util.Map;

/**
 * Settings of the broker.
 *
 * @param urls
 *            AMQP URIs of the members of one cluster; empty for the embedded broker
 * @param queue
 *            queue of incoming notifications
 * @param retryQueue
 *            queue where a message waits for its next try
 * @param deadQueue
 *            queue of the messages that can't be stored
 * @param queueType
 *            {@code classic} or {@code quorum}
 * @param prefetch
 *            most unacknowledged messages
 */
public record BrokerConfig(List<String> urls, String queue, String retryQueue, String deadQueue, String queueType,
        int prefetch) {

    private static final int LEAST_PREFETCH = 100;
    private static final int MOST_PREFETCH = 16_000;

    static BrokerConfig read(Knobs knobs, int maxBody) {
        String queue = knobs.text("rmq.queue").orElse("gateway.notification.subscription.q");
        return new BrokerConfig(
                knobs.secret("rmq.url", "amqp://user:password@host:port/vhost (or amqps://)", BrokerUrls::parse)
                        .orElse(List.of()),
                queue, knobs.text("rmq.retry-queue").orElse(queue + ".retry.1m"),
                knobs.text("rmq.dead-queue").orElse(queue + ".dlq"),
                knobs.choice("rmq.queue-type", "classic", Map.of("classic", "classic", "quorum", "quorum")),
                knobs.integer("rmq.prefetch", prefetch(maxBody), 1, 65_535));
    }

    /**
     * {@return enough messages that the broker need not wait while batches are stored, but at most as many of the
     * largest size as fit a quarter of the heap}
     */
    private static int prefetch(int maxBody) {
        return Math.clamp(Runtime.getRuntime().maxMemory() / 4 / maxBody, LEAST_PREFETCH, MOST_PREFETCH);
    }

    @Override
    public String toString() {
        return "BrokerConfig[" + queue + "]";
    }
}
