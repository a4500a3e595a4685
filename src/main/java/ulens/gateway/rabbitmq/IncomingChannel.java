package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A queue as a publisher for one subscriber. The broker hands out at most {@code prefetch} unsettled messages, which
 * bounds what waits here for demand.
 */
final class IncomingChannel implements Publisher<RabbitMqMessage>, LinkChannel {

    private static final Logger LOGGER = System.getLogger(IncomingChannel.class.getName());

    private final String name;
    private final String queue;
    private final int prefetch;
    private final Link link;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile boolean paused;
    private volatile HandOver<RabbitMqMessage> handOver;
    private volatile Consumption consumption;
    private volatile String lostBecause = "not consuming yet";

    IncomingChannel(String name, String queue, int prefetch, Link link) {
        this.name = name;
        this.queue = queue;
        this.prefetch = prefetch;
        this.link = link;
    }

    @Override
    public void subscribe(Subscriber<? super RabbitMqMessage> subscriber) {
        if (subscriber == null) {
            throw new NullPointerException("subscriber");
        }
        if (!subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new NoSubscription());
            subscriber.onError(new IllegalStateException("channel " + name + " has a subscriber already"));
            return;
        }
        handOver = new HandOver<>(subscriber, RabbitMqMessage::live, this::cancel);
        subscriber.onSubscribe(handOver);
        if (cancelled.get()) {
            handOver.complete();
        } else {
            link.add(this);
        }
    }

    @Override
    public boolean detached() {
        Consumption current = consumption;
        return !cancelled.get() && !paused && (current == null || !current.live());
    }

    @Override
    public void attach(Connection connection, Runnable onLost) throws IOException {
        Consumption former = consumption;
        if (former != null) {
            former.close();
        }
        Channel channel = connection.openChannel().orElseThrow(() -> new IOException("no free channel"));
        Consumption next = new Consumption(channel, handOver::offer, reason -> {
            lostBecause = "queue \"" + queue + "\": " + reason;
            handOver.purge();
            onLost.run();
        });
        consumption = next;
        try {
            next.start(queue, prefetch);
        } catch (IOException e) {
            next.close();
            throw new IOException("cannot consume from queue \"" + queue + "\": " + Problems.inWords(e), e);
        }
        // A cancel that came meanwhile did not find this consumer.
        if (cancelled.get()) {
            returnWaiting(next);
        } else if (paused) {
            next.close();
        }
    }

    /**
     * Gives everything that is not settled back to the queue, by closing the channel, and consumes nothing until
     * {@link #resume()}. Messages that were handed on are no longer live afterwards.
     */
    void pause() {
        paused = true;
        Consumption current = consumption;
        if (current != null) {
            current.close();
        }
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] Messages of queue " + queue + " are given back for now");
    }

    /** Consumes again after {@link #pause()}. */
    void resume() {
        paused = false;
        link.attachAgain();
    }

    @Override
    public String lostBecause() {
        return lostBecause;
    }

    /**
     * Ends consuming for good: nothing is handed on after the return of this method, what waits goes back to the queue;
     * messages that were handed on can still be settled until the connection is closed.
     */
    void cancel() {
        if (!cancelled.compareAndSet(false, true)) {
            return;
        }
        HandOver<RabbitMqMessage> to = handOver;
        if (to != null) {
            to.complete();
        }
        Consumption current = consumption;
        if (current != null) {
            returnWaiting(current);
        }
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] No longer consuming from queue " + queue);
    }

    private void returnWaiting(Consumption current) {
        // First cancel, then give back: the other way round they would come again at once.
        current.cancelConsumer();
        handOver.close().forEach(RabbitMqMessage::requeue);
    }

    @Override
    public void beforeClose() {
        cancel();
    }

    /** Messages that wait for demand. */
    int waiting() {
        HandOver<RabbitMqMessage> to = handOver;
        return to == null ? 0 : to.size();
    }

    private record NoSubscription() implements Subscription {
        @Override
        public void request(long n) {
            // refused already
        }

        @Override
        public void cancel() {
            // refused already
        }
    }
}
