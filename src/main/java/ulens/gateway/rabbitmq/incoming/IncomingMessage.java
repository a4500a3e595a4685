package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AMQP;
import org.eclipse.microprofile.reactive.messaging.Message;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A message from a queue, as its consumer sees it. The broker keeps it until {@link #ack()}, {@link #ackThrough()} or
 * {@link #nack}; settling it again does nothing.
 */
public interface IncomingMessage extends Message<byte[]> {
    /**
     * Why its headers could not be read in full, for example because one is nested too deep or has a type that AMQP
     * 0-9-1 does not know. {@link #properties()} and {@link #headers()} then hold the headers that could be read.
     *
     * @return the reason, which names the header; empty if all headers could be read
     */
    Optional<String> unreadable();

    /**
     * The headers: text as {@link String}, numbers as {@link Number}, tables and lists converted in the same way.
     *
     * @return a new map, empty if there are none
     */
    Map<String, Object> headers();

    /**
     * The AMQP properties as they came.
     *
     * @return the properties
     */
    AMQP.BasicProperties properties();

    /**
     * Whether the broker has delivered it before, to any consumer.
     *
     * @return true if so
     */
    boolean redelivered();

    /**
     * Acknowledges this message and every earlier one of its channel that is neither settled nor deferred, with one
     * frame if none is deferred.
     *
     * @return complete
     */
    CompletionStage<Void> ackThrough();

    /**
     * Excludes this message from the {@link #ackThrough()} of later ones, so that it can be settled later. Settling it
     * here does nothing from then on.
     *
     * @return settles the message
     */
    DeferredMessage defer();

    /**
     * Whether it can still be acknowledged.
     *
     * @return false once its channel is gone: then the broker delivers it again
     */
    boolean live();
}
