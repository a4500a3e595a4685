package ulens.gateway.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * A message taken from a queue. It stays the broker's until {@link #ack()}, {@link #ackThrough()} or
 * {@link #requeue()}; settling it again does nothing. When its channel is gone (connection lost, consumer cancelled by
 * the broker) the broker delivers it again, and settling this one does nothing. The stages returned are complete on
 * return, never exceptionally: whether an ack arrived is known only by the absence of a redelivery.
 */
public final class RabbitMqMessage implements Message<byte[]> {

    private final Consumption consumption;
    private final Envelope envelope;
    private final AMQP.BasicProperties properties;
    private final byte[] body;

    RabbitMqMessage(Consumption consumption, Delivery delivery) {
        this.consumption = consumption;
        this.envelope = delivery.getEnvelope();
        this.properties = delivery.getProperties();
        this.body = delivery.getBody();
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

    /**
     * The headers: text as {@link String}, numbers as {@link Number}, tables and lists converted likewise.
     *
     * @return a new map, empty if there are none
     */
    public Map<String, Object> headers() {
        return HeaderValues.plain(properties.getHeaders());
    }

    /**
     * The AMQP properties as they came.
     *
     * @return the properties
     */
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

    /**
     * Whether the broker handed it out before.
     *
     * @return true if so, to whomever
     */
    public boolean redelivered() {
        return envelope.isRedeliver();
    }

    /** Acknowledges this message: the broker forgets it. */
    @Override
    public CompletionStage<Void> ack() {
        consumption.ack(deliveryTag());
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Acknowledges this message and every earlier one of its channel that is not settled yet, with one frame.
     *
     * @return complete
     */
    public CompletionStage<Void> ackThrough() {
        consumption.ackThrough(deliveryTag());
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Gives this message back to its queue: it is delivered again, perhaps at once, perhaps to somebody else.
     *
     * @return complete
     */
    public CompletionStage<Void> requeue() {
        consumption.requeue(deliveryTag());
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

    Consumption consumption() {
        return consumption;
    }

    boolean live() {
        return consumption.live();
    }

    /** Names the delivery only: bodies and headers do not belong into logs. */
    @Override
    public String toString() {
        return "RabbitMqMessage[routingKey=" + routingKey() + ", tag=" + deliveryTag() + ", " + body.length + " bytes]";
    }
}
