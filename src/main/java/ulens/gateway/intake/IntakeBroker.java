package ulens.gateway.intake;

import ulens.gateway.rabbitmq.outgoing.Publication;

import java.util.concurrent.CompletionStage;

/** The broker as intake needs it, beside the messages that it gets. */
public interface IntakeBroker {
    /** Gives back every message that is not settled, and pauses consuming. */
    void giveBack();

    /** Consumes again. */
    void takeAgain();

    /** Declares the exchanges and queues again, since one of them is gone. Does not wait for it. */
    void declareAgain();

    /**
     * Publishes a dead letter or a retry.
     *
     * @param publication
     *            the message
     *
     * @return completes when the broker has confirmed, exceptionally with
     *         {@link ulens.gateway.rabbitmq.outgoing.PublishFailedException}
     */
    CompletionStage<Void> publish(Publication publication);

    /** {@return the destinations of messages that do not become rows} */
    IntakeRoutes routes();
}
