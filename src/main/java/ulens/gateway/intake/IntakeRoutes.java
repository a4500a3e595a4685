package ulens.gateway.intake;

/**
 * The destinations of messages that do not become rows.
 *
 * @param deadLetterExchange
 *            exchange of dead letters
 * @param deadLetterQueue
 *            their queue, and its routing key on that exchange
 * @param retryQueue
 *            queue that returns a message after its time
 */
public record IntakeRoutes(String deadLetterExchange, String deadLetterQueue, String retryQueue) {
}
