package ulens.gateway.rabbitmq;

import io.helidon.messaging.Stoppable;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorAttribute;
import org.eclipse.microprofile.reactive.messaging.spi.IncomingConnectorFactory;
import org.eclipse.microprofile.reactive.messaging.spi.OutgoingConnectorFactory;
import org.eclipse.microprofile.reactive.streams.operators.PublisherBuilder;
import org.eclipse.microprofile.reactive.streams.operators.ReactiveStreams;
import org.eclipse.microprofile.reactive.streams.operators.SubscriberBuilder;
import ulens.gateway.rabbitmq.connection.BrokerAddress;
import ulens.gateway.rabbitmq.connection.ConnectionListener;
import ulens.gateway.rabbitmq.connection.Connections;
import ulens.gateway.rabbitmq.incoming.IncomingChannel;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;
import ulens.gateway.rabbitmq.outgoing.OutgoingChannel;
import ulens.gateway.rabbitmq.topology.Topology;
import ulens.gateway.rabbitmq.topology.TopologyDeclaration;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Helidon Messaging connector for RabbitMQ. Consumes over one connection and publishes over another one: a broker short
 * of memory or disk stops reading from connections that publish, which must not hold up acks. Connects when its
 * channels are started, does not fail when there is no broker, and reconnects by itself.
 */
@Connector(RabbitMqConnector.NAME)
@ConnectorAttribute(name = ChannelAttributes.QUEUE, description = "Queue to consume from", mandatory = true, direction = ConnectorAttribute.Direction.INCOMING, type = "string")
@ConnectorAttribute(name = ChannelAttributes.PREFETCH, description = "Most unsettled messages, 1 to 65535", defaultValue = "500", direction = ConnectorAttribute.Direction.INCOMING, type = "int")
@ConnectorAttribute(name = ChannelAttributes.MAX_UNCONFIRMED, description = "Most unconfirmed publications", defaultValue = "1000", direction = ConnectorAttribute.Direction.OUTGOING, type = "int")
public final class RabbitMqConnector implements IncomingConnectorFactory, OutgoingConnectorFactory, Stoppable {

    /** Name of the connector in channel configuration. */
    public static final String NAME = "ulens-rabbitmq";
    /** The default for the most unsettled messages of an incoming channel. */
    public static final int DEFAULT_PREFETCH = ChannelAttributes.DEFAULT_PREFETCH;

    private final Connections connections;
    private final List<IncomingChannel> incoming = new CopyOnWriteArrayList<>();

    private RabbitMqConnector(Builder settings) {
        TopologyDeclaration topology = new TopologyDeclaration(settings.topology);
        this.connections = new Connections(settings.connectionName, BrokerAddress.parse(settings.uris),
                topology::declareOn, settings.recoveryInterval, settings.listener);
    }

    /**
     * Starts building a connector.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts building the config of a channel of this connector.
     *
     * @return a builder
     */
    public static RabbitMqConfigBuilder configBuilder() {
        return new RabbitMqConfigBuilder();
    }

    @Override
    public PublisherBuilder<? extends Message<?>> getPublisherBuilder(Config config) {
        ChannelAttributes attributes = new ChannelAttributes(config);
        IncomingChannel channel = new IncomingChannel(attributes.name(), attributes.queue(), attributes.prefetch(),
                connections.consuming());
        incoming.add(channel);
        return ReactiveStreams.fromPublisher(channel);
    }

    @Override
    public SubscriberBuilder<? extends Message<?>, Void> getSubscriberBuilder(Config config) {
        ChannelAttributes attributes = new ChannelAttributes(config);
        return ReactiveStreams.fromSubscriber(new OutgoingChannel(attributes.name(),
                attributes.maxUnconfirmed(ConfirmedPublisher.DEFAULT_MAX_UNCONFIRMED), connections.publishing()));
    }

    /**
     * Whether everything works now: connected, topology in place, all consumers and publishers running.
     *
     * @return true if so; false before the start and after the stop
     */
    public boolean connected() {
        return connections.connected();
    }

    /**
     * Ends consuming on all incoming channels for good. After the return nothing is handed on any more (an
     * {@code onNext} may still be running), messages that were not handed on are back in their queues, and the
     * subscribers get {@code onComplete}. Messages that were handed on before can be settled until {@link #stop()};
     * publishing goes on.
     */
    public void cancelConsumers() {
        incoming.forEach(IncomingChannel::cancel);
    }

    /**
     * Gives all unsettled messages of all incoming channels back to their queues and takes none until
     * {@link #resumeConsumers()}. For a subscriber that can't settle its messages within the broker's time limit
     * (RabbitMQ closes a channel that leaves a delivery unacknowledged for 30 minutes). Messages that it has been
     * handed are no longer live. The connection stays.
     */
    public void pauseConsumers() {
        incoming.forEach(IncomingChannel::pause);
    }

    /** Consumes again after {@link #pauseConsumers()}. */
    public void resumeConsumers() {
        incoming.forEach(IncomingChannel::resume);
    }

    /**
     * Declares the topology again soon, without waiting for it, since a part of it is gone. It uses the connection that
     * consumes, since the one that publishes may be blocked.
     */
    public void declareAgain() {
        connections.prepareAgain();
    }

    /**
     * Cancels the consumers, waits up to 5 s for outstanding confirms, and closes the connections; unsettled messages
     * go back to their queues. Publications are refused from then on. Called by {@code Messaging.stop()} too; a second
     * call does nothing.
     */
    @Override
    public void stop() {
        cancelConsumers();
        connections.stop();
    }

    /**
     * Whether the broker accepts publications now: false while it is not connected, and while it blocks publishers
     * because it is short of memory or disk. Publishing then fails as {@link PublishFailedException.Reason#NOT_SENT};
     * messages that were written before may still be confirmed, and must not be published again until their outcome is
     * known.
     *
     * @return true if so
     */
    public boolean takesPublications() {
        return connections.takesPublications();
    }

    List<IncomingChannel> incoming() {
        return incoming;
    }

    /** Builds a {@link RabbitMqConnector}. */
    public static final class Builder implements io.helidon.common.Builder<Builder, RabbitMqConnector> {

        private List<String> uris = List.of("amqp://guest:guest@localhost:5672");
        private String connectionName = NAME;
        private Topology topology = Topology.none();
        private Duration recoveryInterval = Duration.ofSeconds(1);
        private ConnectionListener listener = ConnectionListener.none();

        private Builder() {
        }

        /**
         * Sets the URI of the broker.
         *
         * @param uri
         *            {@code amqp://user:password@host:port/vhost}, or {@code amqps://} for TLS with the certificate
         *            authorities of the JDK; default {@code amqp://guest:guest@localhost:5672}
         *
         * @return this builder
         */
        public Builder uri(String uri) {
            return uris(List.of(uri));
        }

        /**
         * Sets the URIs of the members of a cluster, which are tried in turn until one answers.
         *
         * @param uris
         *            as for {@link #uri}, at least one
         *
         * @return this builder
         */
        public Builder uris(List<String> uris) {
            this.uris = List.copyOf(uris);
            return this;
        }

        /**
         * Sets the name of the connections in the broker's lists and in logs; each adds its role to it.
         *
         * @param connectionName
         *            the name
         *
         * @return this builder
         */
        public Builder connectionName(String connectionName) {
            this.connectionName = Objects.requireNonNull(connectionName, "connectionName");
            return this;
        }

        /**
         * Sets the topology to declare on every connect; nothing by default.
         *
         * @param topology
         *            exchanges, queues and bindings
         *
         * @return this builder
         */
        public Builder topology(Topology topology) {
            this.topology = Objects.requireNonNull(topology, "topology");
            return this;
        }

        /**
         * Sets the first pause after a failure; pauses double up to five times this.
         *
         * @param recoveryInterval
         *            positive, default 1 s
         *
         * @return this builder
         */
        public Builder recoveryInterval(Duration recoveryInterval) {
            if (!recoveryInterval.isPositive()) {
                throw new IllegalArgumentException("recoveryInterval must be positive");
            }
            this.recoveryInterval = recoveryInterval;
            return this;
        }

        /**
         * Sets the listener for changes of the connection's state.
         *
         * @param listener
         *            the listener
         *
         * @return this builder
         */
        public Builder listener(ConnectionListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Builds the connector; it connects when Helidon Messaging starts its channels.
         *
         * @throws IllegalArgumentException
         *             the URI is not valid
         */
        @Override
        public RabbitMqConnector build() {
            return new RabbitMqConnector(this);
        }
    }
}
