/**
 * The connections to the broker: its address, the recovery of lost connections and channels, and the log of it. A
 * {@link ulens.gateway.rabbitmq.connection.RecoveringConnection} knows nothing of messages: each consumer or publisher
 * is a {@link ulens.gateway.rabbitmq.connection.RecoveringChannel} on it.
 */
@NullMarked
package ulens.gateway.rabbitmq.connection;

import org.jspecify.annotations.NullMarked;
