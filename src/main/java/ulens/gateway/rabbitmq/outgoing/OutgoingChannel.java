package ulens.gateway.rabbitmq.outgoing;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import ulens.gateway.rabbitmq.connection.RecoveringChannel;
import ulens.gateway.rabbitmq.connection.RecoveringConnection;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes the messages that it gets: acks a message after the broker's confirm, nacks it on failure. Requests as many
 * messages as may be unconfirmed. It never cancels, not even after the stop, so that a late sender gets a nack.
 */
public final class OutgoingChannel implements Subscriber<Message<?>>, RecoveringChannel {

    private static final Logger LOGGER = System.getLogger(OutgoingChannel.class.getName());
    private static final Duration LAST_CONFIRMS = Duration.ofSeconds(5);

    private final String name;
    private final int maxUnconfirmed;
    private final RecoveringConnection connection;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable PublishingChannel publishing;
    private volatile String lostBecause = "not connected yet";
    private volatile boolean stopped;

    /**
     * Creates a channel, which publishes from {@link #onSubscribe} on.
     *
     * @param name
     *            name of the Helidon Messaging channel
     * @param maxUnconfirmed
     *            most publications that are not confirmed, at least 1
     * @param connection
     *            the connection over which it publishes
     */
    public OutgoingChannel(String name, int maxUnconfirmed, RecoveringConnection connection) {
        this.name = name;
        this.maxUnconfirmed = maxUnconfirmed;
        this.connection = connection;
    }

    @Override
    public void onSubscribe(Subscription upstream) {
        Objects.requireNonNull(upstream, "subscription");
        if (subscription != null) {
            upstream.cancel();
            return;
        }
        subscription = upstream;
        connection.add(this);
        upstream.request(maxUnconfirmed);
    }

    @Override
    public void onNext(Message<?> message) {
        Objects.requireNonNull(message, "message");
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        outcome.whenComplete((_, failure) -> settle(message, failure));
        PublishingChannel current = publishing;
        String blocked = connection.blocked();
        if (!(message.getPayload() instanceof Publication publication)) {
            refuse(outcome, "the payload is not a Publication");
        } else if (stopped) {
            refuse(outcome, "the connector is stopped");
        } else if (current == null || !current.live() || !connection.usable()) {
            refuse(outcome, "no connection: " + lostBecause);
        } else if (blocked != null) {
            refuse(outcome, "the broker blocks publishers: " + blocked);
        } else {
            current.publish(publication, outcome);
        }
    }

    private Subscription upstream() {
        return Objects.requireNonNull(subscription, "nothing is sent and nothing closed before onSubscribe");
    }

    private static void refuse(CompletableFuture<Void> outcome, String why) {
        Confirms.fail(outcome, Reason.NOT_SENT, "not sent: " + why);
    }

    private void settle(Message<?> message, @Nullable Throwable failure) {
        try {
            if (!stopped) {
                upstream().request(1);
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
        Objects.requireNonNull(problem, "problem");
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
    public void attach(Connection to, Runnable onLost) throws IOException {
        Channel channel = to.openChannel().orElseThrow(() -> new IOException("no free channel"));
        publishing = new PublishingChannel(channel, reason -> {
            lostBecause = reason;
            onLost.run();
        }).start();
    }

    @Override
    public String lostBecause() {
        return lostBecause;
    }

    @Override
    public void beforeClose() {
        stopped = true;
        // Messages that still wait upstream are refused now: once Helidon has stopped its threads their senders would
        // get no answer.
        upstream().request(Long.MAX_VALUE);
        PublishingChannel current = publishing;
        if (current != null) {
            current.finish(LAST_CONFIRMS);
        }
    }
}
