package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import ulens.gateway.rabbitmq.connection.ChannelHost;
import ulens.gateway.rabbitmq.connection.Failures;
import ulens.gateway.rabbitmq.connection.RecoveringChannel;
import ulens.gateway.rabbitmq.incoming.ConsumerState.Intent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * A queue as a publisher for one subscriber. The broker hands out at most {@code prefetch} unsettled messages, which
 * bounds what waits here for demand.
 * <p>
 * All mutable state is one {@link ConsumerState} under one lock. The lock is held for the change only, never during a
 * call to the broker: its answer, or the loss of the channel, is handled on a thread that needs the lock too. Messages
 * do not pass through the lock.
 */
public final class IncomingChannel implements Publisher<RabbitMqMessage>, RecoveringChannel {

    private static final Logger LOGGER = System.getLogger(IncomingChannel.class.getName());

    private final String name;
    private final String queue;
    private final int prefetch;
    private final ChannelHost host;
    private final ReentrantLock lock = new ReentrantLock();
    private ConsumerState state = ConsumerState.NEW;

    /**
     * Creates a channel, which consumes from {@link #subscribe} on.
     *
     * @param name
     *            name of the Helidon Messaging channel
     * @param queue
     *            name of the queue
     * @param prefetch
     *            most messages that are not settled, 1 to 65535
     * @param host
     *            gives it the connection over which it consumes
     */
    public IncomingChannel(String name, String queue, int prefetch, ChannelHost host) {
        this.name = name;
        this.queue = queue;
        this.prefetch = prefetch;
        this.host = host;
    }

    @Override
    public void subscribe(Subscriber<? super RabbitMqMessage> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        BufferedSubscription<RabbitMqMessage> subscription = new BufferedSubscription<>(subscriber,
                RabbitMqMessage::live, this::cancel);
        if (change(now -> now.subscribed(subscription)).subscription() != null) {
            subscriber.onSubscribe(new NoSubscription());
            subscriber.onError(new IllegalStateException("channel " + name + " has a subscriber already"));
            return;
        }
        subscriber.onSubscribe(subscription);
        if (state().intent() == Intent.CANCEL) {
            subscription.complete();
        } else {
            host.add(this);
        }
    }

    @Override
    public boolean detached() {
        return state().needsChannel();
    }

    @Override
    public void attach(Connection to, Runnable onLost) throws IOException {
        ConsumerState before = state();
        if (before.channel() != null) {
            before.channel().close();
        }
        BufferedSubscription<RabbitMqMessage> subscription = Objects.requireNonNull(before.subscription(),
                "attached before there was a subscriber");
        Channel channel = to.openChannel().orElseThrow(() -> new IOException("no free channel"));
        ConsumingChannel next = new ConsumingChannel(channel, queue, subscription::offer, (which, reason) -> {
            change(now -> now.lost(which, "queue \"" + queue + "\": " + reason));
            subscription.purge();
            onLost.run();
        });
        if (change(now -> now.attached(next)).intent() == Intent.PAUSE) {
            // whoever paused has dropped what it had: a message that comes now could be dropped too, and yet be covered
            // by an ack after the resume
            next.close();
            return;
        }
        try {
            next.start(prefetch);
        } catch (IOException | AlreadyClosedException e) {
            next.close();
            if (state().intent() == Intent.CONSUME) {
                throw new IOException("cannot consume from queue \"" + queue + "\": " + Failures.inWords(e), e);
            }
        }
        // A pause or cancel during the start of the consumer has not stopped it.
        switch (state().intent()) {
            case CANCEL -> returnWaiting(next, subscription);
            case PAUSE -> next.close();
            case CONSUME -> {
                // as it is
            }
        }
    }

    /**
     * Gives everything that is not settled back to the queue, by closing the channel, and consumes nothing until
     * {@link #resume()}. Messages that were handed on are no longer live afterwards.
     */
    public void pause() {
        ConsumerState before = change(ConsumerState::paused);
        if (before.channel() != null) {
            before.channel().close();
        }
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] Messages of queue " + queue + " are given back for now");
    }

    /** Consumes again after {@link #pause()}; after {@link #cancel()} it does not. */
    public void resume() {
        change(ConsumerState::resumed);
        host.attachAgain();
    }

    @Override
    public String lostBecause() {
        return state().lostBecause();
    }

    /**
     * Ends consuming for good: nothing is handed on after the return of this method, waiting messages go back to the
     * queue; messages that were handed on can still be settled until the connection is closed.
     */
    public void cancel() {
        ConsumerState before = change(ConsumerState::cancelled);
        if (before.intent() == Intent.CANCEL) {
            return;
        }
        BufferedSubscription<RabbitMqMessage> subscription = before.subscription();
        if (subscription != null) {
            subscription.complete();
            if (before.channel() != null) {
                returnWaiting(before.channel(), subscription);
            }
        }
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] No longer consuming from queue " + queue);
    }

    private static void returnWaiting(ConsumingChannel from, BufferedSubscription<RabbitMqMessage> subscription) {
        // Cancel before giving back, otherwise the messages would be redelivered here at once.
        from.cancelConsumer();
        if (!from.live()) {
            // The broker has cancelled the consumer and left the channel open: it holds what can't be settled any more.
            from.close();
        }
        subscription.close().forEach(RabbitMqMessage::requeue);
    }

    @Override
    public void beforeClose() {
        cancel();
    }

    /** {@return how many messages wait for demand} */
    public int waiting() {
        BufferedSubscription<RabbitMqMessage> to = state().subscription();
        return to == null ? 0 : to.size();
    }

    private ConsumerState state() {
        return change(UnaryOperator.identity());
    }

    /** Returns the state before the change. */
    private ConsumerState change(UnaryOperator<ConsumerState> step) {
        lock.lock();
        try {
            ConsumerState before = state;
            state = step.apply(before);
            return before;
        } finally {
            lock.unlock();
        }
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
