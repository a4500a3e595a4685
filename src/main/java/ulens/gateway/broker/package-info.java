/**
 * The gateway's use of RabbitMQ: its exchanges and queues, and the channels that connect them with intake and the
 * outbox. The protocol is in {@link ulens.gateway.rabbitmq}.
 */
@NullMarked
package ulens.gateway.broker;

import org.jspecify.annotations.NullMarked;
