package ulens.gateway.outbox;

/**
 * A row of table {@code outbox}.
 *
 * @param id
 *            id of the row; ascending in the order of writing
 * @param routingKey
 *            routing key to publish with
 * @param messageId
 *            AMQP message id, the same each time the event is published
 * @param payload
 *            JSON text
 */
public record OutboxEvent(long id, String routingKey, String messageId, String payload) {
}
