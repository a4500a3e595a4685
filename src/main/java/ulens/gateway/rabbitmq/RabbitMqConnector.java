package ulens.gateway.rabbitmq;

import io.helidon.messaging.MessagingException;
import io.helidon.messaging.Stoppable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorAttribute;
import org.eclipse.microprofile.reactive.messaging.spi.IncomingConnectorFactory;
import org.eclipse.microprofile.reactive.messaging.spi.OutgoingConnectorFactory;
import org.eclipse.microprofile.reactive.streams.operators.PublisherBuilder;
import org.eclipse.microprofile.reactive.streams.operators.ReactiveStreams;
import org.eclipse.microprofile.reactive.streams.operators.SubscriberBuilder;

/**
 * Helidon Messaging connector for RabbitMQ. Consumes over one connection and publishes over another one: a broker short
 * of memory or disk stops reading from connections that publish, and acks must not be stuck behind that. Connects when
 * its channels are started, does not fail when there is no broker, and reconnects by itself.
 */
@Connector(RabbitMqConnector.NAME)
@ConnectorAttribute(name = RabbitMqConnector.QUEUE, description = "Queue to consume from", mandatory = true, direction = ConnectorAttribute.Direction.INCOMING, type = "string")
@ConnectorAttribute(name = RabbitMqConnector.PREFETCH, description = "Most unsettled messages, 1 to 65535", defaultValue = "500", direction = ConnectorAttribute.Direction.INCOMING, type = "int")
@ConnectorAttribute(name = RabbitMqConnector.MAX_UNCONFIRMED, description = "Most unconfirmed publications", defaultValue = "1000", direction = ConnectorAttribute.Direction.OUTGOING, type = "int")
public final class RabbitMqConnector implements IncomingConnectorFactory, OutgoingConnectorFactory, Stoppable {

    /** Name of the connector in channel configuration. */
    public static final String NAME = "ulens-rabbitmq";
    /** How many messages may be unsettled on an incoming channel unless told otherwise. */
    public static final int DEFAULT_PREFETCH = 500;

    static final String QUEUE = "queue";
    static final String PREFETCH = "prefetch";
    static final String MAX_UNCONFIRMED = "max-unconfirmed";
    private static final int MAX_PREFETCH = 65_535;

    private final BrokerAddress broker;
    private final String connectionName;
    private final TopologyDeclaration topology;
    private final Duration recoveryInterval;
    private final Connectivity connectivity;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<IncomingChannel> incoming = new CopyOnWriteArrayList<>();
    private Link consuming;
    private Link publishing;

    private RabbitMqConnector(Builder settings) {
        this.connectionName = settings.connectionName;
        this.topology = new TopologyDeclaration(settings.topology);
        this.recoveryInterval = settings.recoveryInterval;
        this.broker = BrokerAddress.parse(settings.uri);
        this.connectivity = new Connectivity(settings.listener);
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
     * Checks where the broker is said to be, without connecting.
     *
     * @param uri
     *            as for {@link Builder#uri}
     *
     * @return the same
     *
     * @throws IllegalArgumentException
     *             it is not such an URI; the message does not repeat it, it may hold a password
     */
    public static String checkedUri(String uri) {
        BrokerAddress.parse(uri);
        return uri;
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
        String name = config.getValue(CHANNEL_NAME_ATTRIBUTE, String.class);
        String queue = config.getOptionalValue(QUEUE, String.class).orElseThrow(
                () -> new MessagingException("Incoming channel " + name + " needs attribute \"" + QUEUE + "\""));
        int prefetch = number(config, name, PREFETCH, DEFAULT_PREFETCH, MAX_PREFETCH);
        IncomingChannel channel = new IncomingChannel(name, queue, prefetch, consumingLink());
        incoming.add(channel);
        return ReactiveStreams.fromPublisher(channel);
    }

    @Override
    public SubscriberBuilder<? extends Message<?>, Void> getSubscriberBuilder(Config config) {
        String name = config.getValue(CHANNEL_NAME_ATTRIBUTE, String.class);
        int maxUnconfirmed = number(config, name, MAX_UNCONFIRMED, ConfirmedPublisher.DEFAULT_MAX_UNCONFIRMED,
                Integer.MAX_VALUE);
        return ReactiveStreams.fromSubscriber(new OutgoingChannel(name, maxUnconfirmed, publishingLink()));
    }

    private static int number(Config config, String channel, String attribute, int byDefault, int max) {
        int value = config.getOptionalValue(attribute, Integer.class).orElse(byDefault);
        if (value < 1 || value > max) {
            throw new MessagingException(
                    "Channel " + channel + ": \"" + attribute + "\" must be 1 to " + max + ", is " + value);
        }
        return value;
    }

    /**
     * Whether everything works at this moment: connected, topology in place, all consumers and publishers running.
     *
     * @return true if so; false before the start and after the stop
     */
    public boolean connected() {
        return connectivity.connected();
    }

    /**
     * Ends consuming on all incoming channels for good. After the return nothing is handed on any more (an
     * {@code onNext} may still be running), messages that nobody has seen are back in their queues, the subscribers get
     * {@code onComplete}. Messages that were handed on before can be settled until {@link #stop()}; publishing goes on.
     */
    public void cancelConsumers() {
        incoming.forEach(IncomingChannel::cancel);
    }

    /**
     * Gives all unsettled messages of all incoming channels back to their queues and takes none until
     * {@link #resumeConsumers()}. For a subscriber that can't settle what it has before the broker loses patience
     * (RabbitMQ closes a channel that leaves a delivery unacknowledged for 30 minutes). What it has been handed is no
     * longer live. The connection stays.
     */
    public void pauseConsumers() {
        incoming.forEach(IncomingChannel::pause);
    }

    /** Consumes again after {@link #pauseConsumers()}. */
    public void resumeConsumers() {
        incoming.forEach(IncomingChannel::resume);
    }

    /**
     * Cancels the consumers, waits up to 5 s for outstanding confirms, and closes the connections; what is unsettled
     * then goes back to its queue. Publications are refused from then on. Called by {@code Messaging.stop()} too; a
     * second call does nothing.
     */
    @Override
    public void stop() {
        cancelConsumers();
        Link[] links;
        lock.lock();
        try {
            links = new Link[] { publishing, consuming };
        } finally {
            lock.unlock();
        }
        for (Link link : links) {
            if (link != null) {
                link.stop();
            }
        }
    }

    List<IncomingChannel> incoming() {
        return incoming;
    }

    private Link consumingLink() {
        lock.lock();
        try {
            if (consuming == null) {
                consuming = link("consume");
            }
            return consuming;
        } finally {
            lock.unlock();
        }
    }

    private Link publishingLink() {
        lock.lock();
        try {
            if (publishing == null) {
                publishing = link("publish");
            }
            return publishing;
        } finally {
            lock.unlock();
        }
    }

    private Link link(String role) {
        return new Link(connectionName + "-" + role, broker, topology, new Backoff(recoveryInterval), connectivity);
    }

    /** Builds a {@link RabbitMqConnector}. */
    public static final class Builder implements io.helidon.common.Builder<Builder, RabbitMqConnector> {

        private String uri = "amqp://guest:guest@localhost:5672";
        private String connectionName = NAME;
        private Topology topology = Topology.none();
        private Duration recoveryInterval = Duration.ofSeconds(1);
        private ConnectionListener listener = ConnectionListener.none();

        private Builder() {
        }

        /**
         * Where the broker is.
         *
         * @param uri
         *            {@code amqp://user:password@host:port/vhost}, or {@code amqps://} for TLS with the certificate
         *            authorities of the JDK; default {@code amqp://guest:guest@localhost:5672}
         *
         * @return this builder
         */
        public Builder uri(String uri) {
            this.uri = Objects.requireNonNull(uri, "uri");
            return this;
        }

        /**
         * How the connections are called in the broker's lists and in logs; each adds its role to it.
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
         * What to declare on every connect; nothing by default.
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
         * The first pause after something broke; it doubles up to five times this.
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
         * Who is told about changes of the connection's state.
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
