package ulens.gateway.intake;

import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.Publication;
import ulens.gateway.rabbitmq.RabbitMqMessage;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
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
        return deadLetter(Map.of(message, reason));
    }

    /** All at once, each with its reason: the broker confirms many as fast as one. Returns false as above. */
    boolean deadLetter(Map<RabbitMqMessage, String> reasons) throws InterruptedException {
        Map<RabbitMqMessage, Publication> letters = new LinkedHashMap<>();
        reasons.forEach((message, reason) -> {
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} goes to the dead-letter queue: {1}", message,
                    reason);
            letters.put(message, copy(message, routes.deadLetterExchange(), routes.deadLetterQueue(),
                    Map.of(ERROR, shortened(reason))));
        });
        return sent(letters, "the broker does not take a dead letter", counts::deadLetter);
    }

    private boolean retry(RabbitMqMessage message, String reason) throws InterruptedException {
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} will be tried again: {1}", message, reason);
        Publication again = copy(message, "", routes.retryQueue(),
                Map.of(RETRIES, retries(message) + 1, ERROR, shortened(reason)));
        return sent(Map.of(message, again), "the broker does not take a retry", counts::retry);
    }

    private static String shortened(String reason) {
        return reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
    }

    private static int retries(RabbitMqMessage message) {
        return message.headers().get(RETRIES) instanceof Number count ? Math.max(0, count.intValue()) : 0;
    }

    /**
     * As it came, but for what would lead it elsewhere or have the broker refuse it: RabbitMQ closes the channel if the
     * user id is not the publisher's own, and routes copies to what CC and BCC name.
     */
    private static Publication copy(RabbitMqMessage message, String exchange, String routingKey,
            Map<String, Object> added) {
        Map<String, Object> headers = new TreeMap<>();
        if (message.properties().getHeaders() != null) {
            headers.putAll(message.properties().getHeaders());
        }
        headers.keySet().removeAll(Set.of("CC", "BCC"));
        headers.putAll(added);
        Publication publication = Publication.persistent(exchange, routingKey, message.getPayload());
        return publication
                .withProperties(message.properties().builder().deliveryMode(publication.properties().getDeliveryMode())
                        .headers(headers).expiration(null).userId(null).build())
                .asMandatory();
    }

    private boolean sent(Map<RabbitMqMessage, Publication> publications, String otherwise, Runnable count)
            throws InterruptedException {
        Map<RabbitMqMessage, Publication> waiting = new LinkedHashMap<>(publications);
        Map<RabbitMqMessage, CompletableFuture<Void>> outcomes = new HashMap<>();
        while (true) {
            awaitConfirms(waiting, outcomes, count);
            if (waiting.isEmpty()) {
                patience.restore();
                return true;
            }
            if (!patience.again(otherwise)) {
                return false;
            }
        }
    }

    /** Publishes what is not under way and takes out what was confirmed. */
    private void awaitConfirms(Map<RabbitMqMessage, Publication> waiting,
            Map<RabbitMqMessage, CompletableFuture<Void>> outcomes, Runnable count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CONFIRM_SECONDS);
        for (Map.Entry<RabbitMqMessage, Publication> one : waiting.entrySet()) {
            if (end - System.nanoTime() <= 0) {
                break;
            }
            outcomes.computeIfAbsent(one.getKey(), _ -> publisher.publish(one.getValue()).toCompletableFuture());
        }
        for (RabbitMqMessage message : List.copyOf(outcomes.keySet())) {
            try {
                outcomes.get(message).get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                outcomes.remove(message);
                waiting.remove(message);
                count.run();
            } catch (ExecutionException | CompletionException failure) {
                outcomes.remove(message);
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] {0} not confirmed", message);
            } catch (TimeoutException _) {
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] {0} not confirmed yet", message);
            }
        }
    }
}
