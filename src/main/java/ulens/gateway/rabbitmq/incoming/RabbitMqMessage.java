package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.connection.Failures;
import ulens.gateway.rabbitmq.headers.PlainHeaders;
import ulens.gateway.rabbitmq.headers.UnreadableHeaders;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A message from a queue. The broker keeps it until {@link #ack()}, {@link #ackThrough()} or {@link #requeue()};
 * settling it again does nothing. When its channel is gone (connection lost, consumer cancelled by the broker) the
 * broker delivers it again, and settling this one does nothing. The stages returned are complete on return, never
 * exceptionally: whether an ack arrived is known only by the absence of a redelivery.
 */
public final class RabbitMqMessage implements IncomingMessage {

    private final DeliveryTags tags;
    private final Envelope envelope;
    private final AMQP.BasicProperties properties;
    private final @Nullable String unreadable;
    private final byte[] body;

    RabbitMqMessage(DeliveryTags tags, Delivery delivery) {
        this.tags = tags;
        this.envelope = delivery.getEnvelope();
        AMQP.BasicProperties given = delivery.getProperties();
        Map<String, Object> headers = given.getHeaders();
        Object reason = headers == null ? null : headers.get(UnreadableHeaders.REASON);
        this.unreadable = reason == null ? null : Failures.plain(reason.toString());
        this.properties = reason == null ? given : without(UnreadableHeaders.REASON, given);
        this.body = delivery.getBody();
    }

    private static AMQP.BasicProperties without(String header, AMQP.BasicProperties given) {
        Map<String, Object> others = new LinkedHashMap<>(given.getHeaders());
        others.remove(header);
        return given.builder().headers(others).build();
    }

    @Override
    public Optional<String> unreadable() {
        return Optional.ofNullable(unreadable);
    }

    /**
     * The body.
     *
     * @return the bytes, not a copy
     */
    @Override
    public byte[] getPayload() {
        return body;
    }

    @Override
    public Map<String, Object> headers() {
        return PlainHeaders.plain(properties.getHeaders());
    }

    @Override
    public AMQP.BasicProperties properties() {
        return properties;
    }

    /**
     * The exchange it was published to.
     *
     * @return name of the exchange
     */
    public String exchange() {
        return envelope.getExchange();
    }

    /**
     * The routing key it was published with.
     *
     * @return routing key
     */
    public String routingKey() {
        return envelope.getRoutingKey();
    }

    /**
     * Number of the delivery, ascending on one channel, beginning anew after a reconnect.
     *
     * @return delivery tag
     */
    public long deliveryTag() {
        return envelope.getDeliveryTag();
    }

    @Override
    public boolean redelivered() {
        return envelope.isRedeliver();
    }

    /** Acknowledges this message: the broker forgets it. */
    @Override
    public CompletionStage<Void> ack() {
        tags.ack(deliveryTag());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> ackThrough() {
        tags.ackThrough(deliveryTag());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public DeferredMessage defer() {
        tags.defer(deliveryTag());
        return new Later(tags, deliveryTag());
    }

    /**
     * Gives this message back to its queue: it is delivered again, perhaps at once, perhaps to another consumer.
     *
     * @return complete
     */
    public CompletionStage<Void> requeue() {
        tags.requeue(deliveryTag());
        return CompletableFuture.completedFuture(null);
    }

    /** Same as {@link #requeue()}: nothing is lost because a processor failed. */
    @Override
    public CompletionStage<Void> nack(Throwable reason) {
        return requeue();
    }

    @Override
    public Supplier<CompletionStage<Void>> getAck() {
        return this::ack;
    }

    @Override
    public Function<Throwable, CompletionStage<Void>> getNack() {
        return this::nack;
    }

    DeliveryTags tags() {
        return tags;
    }

    @Override
    public boolean live() {
        return tags.live();
    }

    /** Names the delivery only: bodies and headers must not be logged. */
    @Override
    public String toString() {
        return "RabbitMqMessage[queue=" + tags.queue() + ", routingKey=" + Failures.plain(routingKey()) + ", tag="
                + deliveryTag() + ", " + body.length + " bytes]";
    }

    private record Later(DeliveryTags tags, long tag) implements DeferredMessage {
        @Override
        public boolean live() {
            return tags.live();
        }

        @Override
        public void ack() {
            tags.ackDeferred(tag);
        }

        @Override
        public void requeue() {
            tags.requeueDeferred(tag);
        }
    }
}
