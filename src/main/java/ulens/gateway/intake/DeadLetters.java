package ulens.gateway.intake;

import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes over messages that can't be stored, and sends them to the dead-letter queue with the reason in header
 * {@code x-error}, or to the retry queue with the count in header {@code x-retries}. A {@link Republisher} publishes
 * them, so that intake goes on meanwhile. When too many of them wait because the broker accepts none, further ones go
 * to the retry queue, which returns them later.
 */
final class DeadLetters {
    /** Number of retries of a message before it becomes a dead letter. */
    static final int MOST_RETRIES = 3;

    private static final System.Logger LOGGER = System.getLogger(DeadLetters.class.getName());
    private static final int MOST_REASON = 500;
    private static final long CONFIRM_SECONDS = 10;

    private final Republisher republisher;
    private final IntakeBroker broker;
    private final IntakeRoutes routes;
    private final IntakeCounts counts;
    private final IntakeBackoff backoff;

    DeadLetters(Republisher republisher, IntakeBroker broker, IntakeCounts counts, IntakeBackoff backoff) {
        this.republisher = republisher;
        this.broker = broker;
        this.routes = broker.routes();
        this.counts = counts;
        this.backoff = backoff;
    }

    /** {@return the reason for the dead letter if a message comes back from the retry queue as one} */
    static Optional<String> reasonOnTheRound(IncomingMessage message) {
        Map<String, Object> headers = message.properties().getHeaders();
        Object reason = headers == null ? null : headers.get(FailureHeaders.DEAD_LETTER_REASON);
        // not trusted, since any producer can send such a header
        return Optional.ofNullable(reason).map(text -> shortened(text.toString().replaceAll("\\p{Cntrl}+", " ")));
    }

    /** Takes over a message that can never be stored: it becomes a dead letter. */
    Outcome refuse(IncomingMessage message, String reason) throws InterruptedException {
        LOGGER.log(reasonOnTheRound(message).isPresent() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "[GATEWAY][RMQ] {0} goes to the dead-letter queue: {1}", message, reason);
        String why = shortened(reason);
        return send(
                new Republication(message, routes.deadLetterExchange(), routes.deadLetterQueue(),
                        Map.of(FailureHeaders.ERROR, why), counts::deadLetter),
                Map.of(FailureHeaders.DEAD_LETTER_REASON, why));
    }

    /** Takes over a message that may be valid: it is retried a few times, then becomes a dead letter. */
    Outcome retry(IncomingMessage message, String reason) throws InterruptedException {
        int before = retries(message);
        if (before >= MOST_RETRIES) {
            return refuse(message, "failed " + (MOST_RETRIES + 1) + " times: " + reason);
        }
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} will be tried again: {1}", message, reason);
        Map<String, Object> added = Map.of(FailureHeaders.RETRIES, before + 1, FailureHeaders.ERROR, shortened(reason));
        return send(new Republication(message, "", routes.retryQueue(), added, counts::retry), added);
    }

    /**
     * Takes over a valid message for which there is no room now: it goes to the retry queue unchanged, which does not
     * count as a retry.
     */
    Outcome later(IncomingMessage message) throws InterruptedException {
        return send(new Republication(message, "", routes.retryQueue(), Map.of(), counts::sentLater), Map.of());
    }

    private static String shortened(String reason) {
        return reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
    }

    private static int retries(IncomingMessage message) {
        return message.headers().get(FailureHeaders.RETRIES) instanceof Number count ? Math.max(0, count.intValue())
                : 0;
    }

    private Outcome send(Republication sent, Map<String, Object> onTheRound) throws InterruptedException {
        while (!republisher.add(sent)) {
            if (!republisher.awaitRoom()) {
                if (sentRound(sent, new HashMap<>(onTheRound))) {
                    break;
                }
                Optional<Unsettled> end = backoff.pauseHolding("the broker takes neither dead letters nor retries");
                if (end.isPresent()) {
                    return end.get();
                }
            }
        }
        backoff.reset();
        return Settled.DONE;
    }

    /**
     * Publishes to the retry queue, unless that is already in progress. Returns whether the broker has confirmed it.
     */
    private boolean sentRound(Republication sent, Map<String, Object> added) throws InterruptedException {
        do {
            CompletableFuture<Void> outcome = sent.attempt(
                    () -> broker.publish(sent.publication("", routes.retryQueue(), added)).toCompletableFuture());
            try {
                outcome.get(CONFIRM_SECONDS, TimeUnit.SECONDS);
                sent.acknowledge();
                counts.sentRound();
                return true;
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof PublishFailedException known && known.reason() == Reason.UNFIT)) {
                    return false;
                }
            } catch (TimeoutException _) {
                return false;
            }
        } while (sent.cutMore());
        return false;
    }
}
