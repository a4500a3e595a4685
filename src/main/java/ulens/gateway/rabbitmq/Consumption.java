package ulens.gateway.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Consuming over one AMQP channel, from its opening to its end. Delivery tags belong to it: after its end settling does
 * nothing, and a tag is settled once, because the broker answers an unknown tag by closing the channel.
 */
final class Consumption extends DefaultConsumer {

    private static final Logger LOGGER = System.getLogger(Consumption.class.getName());

    private final NavigableSet<Long> unsettled = new ConcurrentSkipListSet<>();
    // Acks must reach the broker in the order in which the bookkeeping saw them, or a tag could be acked after an
    // ack-through that covered it; so this lock is held over the write of a frame.
    private final ReentrantLock order = new ReentrantLock();
    private final Predicate<RabbitMqMessage> taker;
    private final Consumer<String> onEnd;
    private volatile boolean live = true;
    private volatile String ownTag;

    /**
     * Not consuming yet.
     *
     * @param channel
     *            a channel of its own
     * @param taker
     *            takes messages, quickly; those that it refuses go back to the queue
     * @param onEnd
     *            called with the reason when the channel or the consumer is gone
     */
    Consumption(Channel channel, Predicate<RabbitMqMessage> taker, Consumer<String> onEnd) {
        super(channel);
        this.taker = taker;
        this.onEnd = onEnd;
        channel.addShutdownListener(signal -> end(Problems.inWords(signal)));
    }

    void start(String queue, int prefetch) throws IOException {
        getChannel().basicQos(prefetch);
        // Not getConsumerTag(): the client sets that later, on its dispatch thread.
        ownTag = getChannel().basicConsume(queue, false, this);
    }

    boolean live() {
        return live;
    }

    @Override
    public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        unsettled.add(envelope.getDeliveryTag());
        if (!taker.test(new RabbitMqMessage(this, new Delivery(envelope, properties, body)))) {
            requeue(envelope.getDeliveryTag());
        }
    }

    @Override
    public void handleCancel(String consumerTag) {
        end("the broker cancelled the consumer (was its queue deleted?)");
    }

    void ack(long tag) {
        settle(() -> {
            if (unsettled.remove(tag)) {
                getChannel().basicAck(tag, false);
            }
        });
    }

    void ackThrough(long tag) {
        settle(() -> {
            NavigableSet<Long> through = unsettled.headSet(tag, true);
            if (!through.isEmpty()) {
                long last = through.last();
                through.clear();
                getChannel().basicAck(last, true);
            }
        });
    }

    void requeue(long tag) {
        settle(() -> {
            if (unsettled.remove(tag)) {
                getChannel().basicNack(tag, false, true);
            }
        });
    }

    /** Stops deliveries; what was delivered can still be settled. */
    void cancelConsumer() {
        try {
            if (live && ownTag != null) {
                getChannel().basicCancel(ownTag);
            }
        } catch (IOException | AlreadyClosedException e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] Consumer could not be cancelled: " + Problems.inWords(e));
        }
    }

    /** Closes the channel: the broker takes back whatever is not settled. */
    void close() {
        end("closed");
        Problems.closeQuietly(getChannel());
    }

    private void end(String reason) {
        if (live) {
            live = false;
            onEnd.accept(reason);
        }
    }

    private void settle(Frame frame) {
        order.lock();
        try {
            if (live) {
                frame.write();
            }
        } catch (IOException | AlreadyClosedException e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] Lost before an ack: " + Problems.inWords(e));
        } finally {
            order.unlock();
        }
    }

    private interface Frame {
        void write() throws IOException;
    }
}
