/**
 * From a queue to a subscriber: an {@link ulens.gateway.rabbitmq.incoming.IncomingChannel} consumes over one
 * {@code ConsumingChannel} after another, a {@code BufferedSubscription} hands the messages on as fast as the
 * subscriber asks for them, and {@code DeliveryTags} settles them.
 */
@NullMarked
package ulens.gateway.rabbitmq.incoming;

import org.jspecify.annotations.NullMarked;
