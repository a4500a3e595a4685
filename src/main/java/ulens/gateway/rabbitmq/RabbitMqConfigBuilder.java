package ulens.gateway.rabbitmq;

import io.helidon.messaging.ConnectorConfigBuilder;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorFactory;

/**
 * Builds the config of a channel in code, for {@code Channel.builder().publisherConfig(...)} and
 * {@code subscriberConfig(...)}.
 */
public final class RabbitMqConfigBuilder extends ConnectorConfigBuilder {

    RabbitMqConfigBuilder() {
        property(ConnectorFactory.CONNECTOR_ATTRIBUTE, RabbitMqConnector.NAME);
    }

    /**
     * The queue to consume from; required for an incoming channel.
     *
     * @param queue
     *            name of the queue
     *
     * @return this builder
     */
    public RabbitMqConfigBuilder queue(String queue) {
        property(ChannelAttributes.QUEUE, queue);
        return this;
    }

    /**
     * How many messages may be out of the queue and not settled; bounds the memory of an incoming channel.
     *
     * @param prefetch
     *            1 to 65535, default {@value RabbitMqConnector#DEFAULT_PREFETCH}
     *
     * @return this builder
     */
    public RabbitMqConfigBuilder prefetch(int prefetch) {
        property(ChannelAttributes.PREFETCH, Integer.toString(prefetch));
        return this;
    }

    /**
     * How many messages of an outgoing channel may be published and not confirmed.
     *
     * @param maxUnconfirmed
     *            at least 1, default {@value ConfirmedPublisher#DEFAULT_MAX_UNCONFIRMED}
     *
     * @return this builder
     */
    public RabbitMqConfigBuilder maxUnconfirmed(int maxUnconfirmed) {
        property(ChannelAttributes.MAX_UNCONFIRMED, Integer.toString(maxUnconfirmed));
        return this;
    }
}
