package ulens.gateway.outbox;

import java.util.concurrent.CompletionStage;

/** Publishes events to the broker. */
@FunctionalInterface
public interface EventPublisher {
    /**
     * Publishes an event.
     *
     * @param event
     *            the event
     *
     * @return completes when the broker has confirmed it, exceptionally when it has not
     */
    CompletionStage<Void> publish(OutboxEvent event);
}
