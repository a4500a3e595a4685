package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import ulens.gateway.rabbitmq.PublishFailedException.Reason;

/**
 * Publishes what it is sent: acks a message after the broker's confirm, nacks it on failure. Requests as many messages
 * as may be unconfirmed. It never cancels, also not after the stop: whoever still sends gets a nack instead of silence.
 */
final class OutgoingChannel implements Subscriber<Message<?>>, LinkChannel {

    private static final Logger LOGGER = System.getLogger(OutgoingChannel.class.getName());
    private static final Duration LAST_CONFIRMS = Duration.ofSeconds(5);

    private final String name;
    private final int maxUnconfirmed;
    private final Link link;
    private volatile Subscription subscription;
    private volatile PublishingChannel publishing;
    private volatile String lostBecause = "not connected yet";
    private volatile boolean stopped;

    OutgoingChannel(String name, int maxUnconfirmed, Link link) {
        this.name = name;
        this.maxUnconfirmed = maxUnconfirmed;
        this.link = link;
    }

    @Override
    public void onSubscribe(Subscription upstream) {
        Objects.requireNonNull(upstream, "subscription");
        if (subscription != null) {
            upstream.cancel();
            return;
        }
        subscription = upstream;
        link.add(this);
        upstream.request(maxUnconfirmed);
    }

    @Override
    public void onNext(Message<?> message) {
        Objects.requireNonNull(message, "message");
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        outcome.whenComplete((_, failure) -> settle(message, failure));
        PublishingChannel current = publishing;
        if (!(message.getPayload() instanceof Publication publication)) {
            failLater(outcome, "the payload is not a Publication");
        } else if (stopped) {
            failLater(outcome, "the connector is stopped");
        } else if (current == null || !current.live()) {
            failLater(outcome, "no connection: " + lostBecause);
        } else {
            current.publish(publication, outcome);
        }
    }

    /** Not here: the sender's callback must not run on, and hold up, the thread that feeds this channel. */
    private static void failLater(CompletableFuture<Void> outcome, String why) {
        PublishFailedException failure = new PublishFailedException(Reason.NOT_SENT, "not sent: " + why);
        Thread.ofVirtual().name("rmq-confirm").start(() -> outcome.completeExceptionally(failure));
    }

    private void settle(Message<?> message, Throwable failure) {
        try {
            if (!stopped) {
                subscription.request(1);
            }
            if (failure == null) {
                message.ack();
            } else {
                message.nack(failure);
            }
        } catch (RuntimeException e) {
            LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] The sender's ack or nack failed on channel " + name, e);
        }
    }

    @Override
    public void onError(Throwable problem) {
        LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] Outgoing channel " + name + " ended with an error", problem);
    }

    @Override
    public void onComplete() {
        LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] Outgoing channel " + name + " is complete");
    }

    @Override
    public boolean detached() {
        PublishingChannel current = publishing;
        return current == null || !current.live();
    }

    @Override
    public void attach(Connection connection, Runnable onLost) throws IOException {
        Channel channel = connection.openChannel().orElseThrow(() -> new IOException("no free channel"));
        publishing = new PublishingChannel(channel, reason -> {
            lostBecause = reason;
            onLost.run();
        });
    }

    @Override
    public String lostBecause() {
        return lostBecause;
    }

    @Override
    public void beforeClose() {
        stopped = true;
        // What still waits upstream is refused now: once Helidon has stopped its threads nobody would hear of it.
        subscription.request(Long.MAX_VALUE);
        PublishingChannel current = publishing;
        if (current != null) {
            current.awaitConfirms(LAST_CONFIRMS);
        }
    }
}
