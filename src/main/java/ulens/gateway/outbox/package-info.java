/** From table {@code outbox} to RabbitMQ, at least once, with publisher confirms. Owns that table. */
@NullMarked
package ulens.gateway.outbox;

import org.jspecify.annotations.NullMarked;
