package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.connection.Failures;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Consuming over one AMQP channel, from its opening to its end. */
final class ConsumingChannel extends DefaultConsumer {

    private static final Logger LOGGER = System.getLogger(ConsumingChannel.class.getName());

    private final DeliveryTags tags;
    private final Predicate<RabbitMqMessage> taker;
    private final BiConsumer<ConsumingChannel, String> onEnd;
    private volatile @Nullable String ownTag;

    /**
     * Creates a consumer that does not consume yet.
     *
     * @param channel
     *            an AMQP channel for this consumer alone
     * @param queue
     *            name of the queue
     * @param taker
     *            takes messages without blocking; refused ones go back to the queue
     * @param onEnd
     *            called once, with this and the reason, when the channel or the consumer is gone
     */
    ConsumingChannel(Channel channel, String queue, Predicate<RabbitMqMessage> taker,
            BiConsumer<ConsumingChannel, String> onEnd) {
        super(channel);
        this.tags = new DeliveryTags(channel, queue);
        this.taker = taker;
        this.onEnd = onEnd;
    }

    /** Begins to consume. After any exception the caller must close it. */
    void start(int prefetch) throws IOException {
        getChannel().addShutdownListener(signal -> end(Failures.inWords(signal)));
        getChannel().basicQos(prefetch);
        // Not getConsumerTag(): the client sets that later, on its dispatch thread.
        ownTag = getChannel().basicConsume(tags.queue(), false, this);
    }

    boolean live() {
        return tags.live();
    }

    @Override
    public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        tags.delivered(envelope.getDeliveryTag());
        if (!taker.test(new RabbitMqMessage(tags, new Delivery(envelope, properties, body)))) {
            tags.requeue(envelope.getDeliveryTag());
        }
    }

    @Override
    public void handleCancel(String consumerTag) {
        end("the broker cancelled the consumer (was its queue deleted?)");
    }

    /** Stops deliveries; what was delivered can still be settled. */
    void cancelConsumer() {
        try {
            if (live() && ownTag != null) {
                getChannel().basicCancel(ownTag);
            }
        } catch (IOException | AlreadyClosedException e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] Consumer could not be cancelled: " + Failures.inWords(e));
        }
    }

    /** Closes the channel: the broker takes back whatever is not settled. */
    void close() {
        end("closed");
        Failures.closeQuietly(getChannel());
    }

    private void end(String reason) {
        if (tags.end()) {
            onEnd.accept(this, reason);
        }
    }
}
