/**
 * From a sender to an exchange, with publisher confirms: an {@link ulens.gateway.rabbitmq.outgoing.OutgoingChannel}
 * publishes over one {@code PublishingChannel} after another, and a
 * {@link ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher} reports the outcome of each publication to the sender.
 */
@NullMarked
package ulens.gateway.rabbitmq.outgoing;

import org.jspecify.annotations.NullMarked;
