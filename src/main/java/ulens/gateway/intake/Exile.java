package ulens.gateway.intake;

import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.Publication;
import ulens.gateway.rabbitmq.RabbitMqMessage;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends messages away: to the dead-letter queue with the reason in header {@code x-error}, or to the retry queue with
 * the count in header {@code x-retries}. Both as they came otherwise, and only confirmed ones count as sent.
 */
final class Exile {
    /** Counts the tries. */
    static final String RETRIES = "x-retries";
    /** Says why. */
    static final String ERROR = "x-error";

    private static final System.Logger LOGGER = System.getLogger(Exile.class.getName());
    private static final int MOST_REASON = 500;
    private static final long CONFIRM_SECONDS = 10;

    private final ConfirmedPublisher publisher;
    private final IntakeRoutes routes;

    Exile(ConfirmedPublisher publisher, IntakeRoutes routes) {
        this.publisher = publisher;
        this.routes = routes;
    }

    /** How often the message has been retried. */
    static int retries(RabbitMqMessage message) {
        return message.headers().get(RETRIES) instanceof Number count ? Math.max(0, count.intValue()) : 0;
    }

    /** Returns whether the broker has it. */
    boolean deadLetter(RabbitMqMessage message, String reason) throws InterruptedException {
        String shown = reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
        return send(message, routes.deadLetterExchange(), routes.deadLetterQueue(), Map.of(ERROR, shown));
    }

    /** Returns whether the broker has it. */
    boolean retry(RabbitMqMessage message, String reason) throws InterruptedException {
        return send(message, "", routes.retryQueue(), Map.of(RETRIES, retries(message) + 1, ERROR, reason));
    }

    private boolean send(RabbitMqMessage message, String exchange, String routingKey, Map<String, Object> added)
            throws InterruptedException {
        Map<String, Object> headers = new TreeMap<>();
        if (message.properties().getHeaders() != null) {
            headers.putAll(message.properties().getHeaders());
        }
        headers.putAll(added);
        Publication publication = Publication.persistent(exchange, routingKey, message.getPayload());
        publication = publication.withProperties(message.properties().builder()
                .deliveryMode(publication.properties().getDeliveryMode()).headers(headers).expiration(null).build())
                .asMandatory();
        try {
            publisher.publish(publication).toCompletableFuture().get(CONFIRM_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | CompletionException | TimeoutException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] {0} not confirmed by {1}", message, routingKey);
            return false;
        }
    }
}
