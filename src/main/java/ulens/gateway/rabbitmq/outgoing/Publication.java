package ulens.gateway.rabbitmq.outgoing;

import com.rabbitmq.client.AMQP;

import java.util.Map;
import java.util.Objects;

/**
 * A message to be published. Start from {@link #persistent(String, String, byte[])} and add to it.
 *
 * @param exchange
 *            name of the exchange, empty for the default exchange (then the routing key is the queue's name)
 * @param routingKey
 *            routing key
 * @param properties
 *            AMQP properties
 * @param body
 *            the body; not copied, must not be changed afterwards
 * @param mandatory
 *            whether publishing fails if no queue gets the message
 */
public record Publication(String exchange, String routingKey, AMQP.BasicProperties properties, byte[] body,
        boolean mandatory) {

    private static final int PERSISTENT = 2;

    /** Refuses null. */
    public Publication {
        Objects.requireNonNull(exchange, "exchange");
        Objects.requireNonNull(routingKey, "routingKey");
        Objects.requireNonNull(properties, "properties");
        Objects.requireNonNull(body, "body");
    }

    /**
     * Makes a message that survives a restart of the broker, and is not mandatory.
     *
     * @param exchange
     *            name of the exchange
     * @param routingKey
     *            routing key
     * @param body
     *            the body
     *
     * @return the publication
     */
    public static Publication persistent(String exchange, String routingKey, byte[] body) {
        return new Publication(exchange, routingKey,
                new AMQP.BasicProperties.Builder().deliveryMode(PERSISTENT).build(), body, false);
    }

    /**
     * Adds a message id.
     *
     * @param messageId
     *            the id; use the same one for a repeat of the message
     *
     * @return the publication
     */
    public Publication withMessageId(String messageId) {
        return withProperties(properties.builder().messageId(messageId).build());
    }

    /**
     * Adds a content type.
     *
     * @param contentType
     *            for example {@code application/json}
     *
     * @return the publication
     */
    public Publication withContentType(String contentType) {
        return withProperties(properties.builder().contentType(contentType).build());
    }

    /**
     * Replaces the headers.
     *
     * @param headers
     *            all headers
     *
     * @return the publication
     */
    public Publication withHeaders(Map<String, Object> headers) {
        return withProperties(properties.builder().headers(headers).build());
    }

    /**
     * Replaces the properties.
     *
     * @param other
     *            all properties
     *
     * @return the publication
     */
    public Publication withProperties(AMQP.BasicProperties other) {
        return new Publication(exchange, routingKey, other, body, mandatory);
    }

    /**
     * Makes it mandatory: publishing fails as {@link PublishFailedException.Reason#UNROUTABLE} if no queue gets the
     * message.
     *
     * @return the publication
     */
    public Publication asMandatory() {
        return new Publication(exchange, routingKey, properties, body, true);
    }

    /** Names the destination only: bodies and headers must not be logged. */
    @Override
    public String toString() {
        return "Publication[exchange=" + exchange + ", routingKey=" + routingKey + ", " + body.length + " bytes]";
    }
}
