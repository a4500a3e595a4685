package ulens.gateway.rabbitmq.outgoing;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Publishes through an outgoing Helidon Messaging channel and reports the broker's confirms. Register
 * {@link #emitter()} with {@code Messaging.builder().emitter(...)}. Thread-safe.
 */
public final class ConfirmedPublisher {

    /** The default for the most unconfirmed publications. */
    public static final int DEFAULT_MAX_UNCONFIRMED = 1_000;

    private static final long LONGEST_WAIT_SECONDS = 10;

    private final Emitter<Publication> emitter;
    private final Semaphore free;

    private ConfirmedPublisher(Emitter<Publication> emitter, int maxUnconfirmed) {
        this.emitter = emitter;
        this.free = new Semaphore(maxUnconfirmed);
    }

    /**
     * Creates a publisher with at most {@value #DEFAULT_MAX_UNCONFIRMED} unconfirmed publications.
     *
     * @param channel
     *            an outgoing channel of connector {@value RabbitMqConnector#NAME}
     *
     * @return the publisher
     */
    public static ConfirmedPublisher create(Channel<Publication> channel) {
        return create(channel, DEFAULT_MAX_UNCONFIRMED);
    }

    /**
     * Creates a publisher.
     *
     * @param channel
     *            an outgoing channel of connector {@value RabbitMqConnector#NAME}
     * @param maxUnconfirmed
     *            most unconfirmed publications, at least 1
     *
     * @return the publisher
     */
    public static ConfirmedPublisher create(Channel<Publication> channel, int maxUnconfirmed) {
        if (maxUnconfirmed < 1) {
            throw new IllegalArgumentException("maxUnconfirmed must be at least 1");
        }
        return new ConfirmedPublisher(Emitter.create(channel), maxUnconfirmed);
    }

    /**
     * The emitter to register with Helidon Messaging.
     *
     * @return the emitter
     */
    public Emitter<Publication> emitter() {
        return emitter;
    }

    /**
     * Hands a message over for publishing. Waits only while the bound of unconfirmed publications is reached, and no
     * longer than 10 s: a broker that blocks publishers (memory, disk) confirms nothing. The stage completes on a
     * virtual thread of its own, so its callbacks may block.
     *
     * @param publication
     *            the message
     *
     * @return completes when the broker has confirmed, exceptionally with {@link PublishFailedException}
     */
    public CompletionStage<Void> publish(Publication publication) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        try {
            if (!free.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                outcome.completeExceptionally(
                        new PublishFailedException(Reason.NOT_SENT, "too many publications wait for the broker"));
                return outcome;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            outcome.completeExceptionally(new PublishFailedException(Reason.NOT_SENT, "interrupted while waiting"));
            return outcome;
        }
        try {
            emitter.send(Message.of(publication, () -> settle(outcome, null), failure -> settle(outcome, failure)));
        } catch (RuntimeException notTaken) {
            // Helidon's emitter fails before its start and refuses everything after its end.
            settle(outcome, new PublishFailedException(Reason.NOT_SENT, "messaging is not running", notTaken));
        }
        return outcome;
    }

    private CompletionStage<Void> settle(CompletableFuture<Void> outcome, @Nullable Throwable failure) {
        // Before the outcome is visible, otherwise a callback that publishes again could wait for itself.
        free.release();
        if (failure == null) {
            outcome.complete(null);
        } else {
            outcome.completeExceptionally(failure);
        }
        return CompletableFuture.completedFuture(null);
    }
}
