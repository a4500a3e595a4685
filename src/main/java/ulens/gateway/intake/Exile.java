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

    /** A message is tried again so often before it is given up. */
    static final int MOST_RETRIES = 3;

    private static final System.Logger LOGGER = System.getLogger(Exile.class.getName());
    private static final int MOST_REASON = 500;
    private static final long CONFIRM_SECONDS = 10;

    private final ConfirmedPublisher publisher;
    private final IntakeRoutes routes;
    private final IntakeCounts counts;
    private final Patience patience;

    Exile(ConfirmedPublisher publisher, IntakeRoutes routes, IntakeCounts counts, Patience patience) {
        this.publisher = publisher;
        this.routes = routes;
        this.counts = counts;
        this.patience = patience;
    }

    /** Sends a message where its failure leads it. Returns false if it is not to be tried again. */
    boolean send(RabbitMqMessage message, StoreFailure failure) throws InterruptedException {
        return switch (failure) {
            case StoreFailure.Data(String reason) -> deadLetter(message, reason);
            case StoreFailure.Unknown(String reason) when retries(message) >= MOST_RETRIES ->
                    deadLetter(message, "failed " + (MOST_RETRIES + 1) + " times: " + reason);
            case StoreFailure.Unknown(String reason) -> retry(message, reason);
            case StoreFailure.Passing _ -> throw new IllegalStateException("a passing failure is waited for");
        };
    }

    /** Returns false if it is not to be tried again. */
    boolean deadLetter(RabbitMqMessage message, String reason) throws InterruptedException {
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} goes to the dead-letter queue: {1}", message,
                reason);
        Map<String, Object> why = Map.of(ERROR, shortened(reason));
        while (!sent(message, routes.deadLetterExchange(), routes.deadLetterQueue(), why)) {
            if (!patience.again("the broker does not take a dead letter")) {
                return false;
            }
        }
        patience.restore();
        counts.deadLetter();
        return true;
    }

    private boolean retry(RabbitMqMessage message, String reason) throws InterruptedException {
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} will be tried again: {1}", message, reason);
        Map<String, Object> why = Map.of(RETRIES, retries(message) + 1, ERROR, shortened(reason));
        while (!sent(message, "", routes.retryQueue(), why)) {
            if (!patience.again("the broker does not take a retry")) {
                return false;
            }
        }
        patience.restore();
        counts.retry();
        return true;
    }

    private static String shortened(String reason) {
        return reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
    }

    private static int retries(RabbitMqMessage message) {
        return message.headers().get(RETRIES) instanceof Number count ? Math.max(0, count.intValue()) : 0;
    }

    private boolean sent(RabbitMqMessage message, String exchange, String routingKey, Map<String, Object> added)
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
