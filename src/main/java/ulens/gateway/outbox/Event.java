package ulens.gateway.outbox;

/**
 * A row of table {@code outbox}.
 *
 * @param id
 *            order of writing
 * @param routingKey
 *            where it goes
 * @param messageId
 *            the same on every repeat
 * @param payload
 *            JSON text
 */
public record Event(long id, String routingKey, String messageId, String payload) {
}
