package ulens.gateway.rabbitmq.topology;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.connection.Failures;
import ulens.gateway.rabbitmq.topology.Topology.Binding;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Declares a {@link Topology} on a connection and reports in plain words what the broker refused. Exchanges and queues
 * that the user may not declare are used as they are if they exist. A refused binding may exist as well, which can't be
 * checked.
 */
public final class TopologyDeclaration {

    private static final Logger LOGGER = System.getLogger(TopologyDeclaration.class.getName());
    private static final int ACCESS_REFUSED = 403;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 406;

    private final Topology topology;
    // Declared passively from then on, since each refusal costs a channel and an error in the broker's log.
    private final Set<String> notOurs = ConcurrentHashMap.newKeySet();

    /**
     * Creates a declaration.
     *
     * @param topology
     *            the exchanges, queues and bindings to declare
     */
    public TopologyDeclaration(Topology topology) {
        this.topology = topology;
    }

    /**
     * Declares everything.
     *
     * @param connection
     *            the connection; the declaration opens and closes channels of its own on it
     *
     * @throws IOException
     *             the broker refused something (its message names what, and why), or the connection was lost
     */
    public void declareOn(Connection connection) throws IOException {
        if (topology.equals(Topology.none())) {
            return;
        }
        try (Scratch scratch = new Scratch(connection)) {
            for (Exchange exchange : topology.exchanges()) {
                ensure(scratch, "exchange \"" + exchange.name() + "\"",
                        channel -> channel.exchangeDeclare(exchange.name(), exchange.type(), exchange.durable()),
                        channel -> channel.exchangeDeclarePassive(exchange.name()));
            }
            for (Queue queue : topology.queues()) {
                ensure(scratch, "queue \"" + queue.name() + "\"",
                        channel -> channel.queueDeclare(queue.name(), queue.durable(), false, false, queue.arguments()),
                        channel -> channel.queueDeclarePassive(queue.name()));
            }
            for (Binding binding : topology.bindings()) {
                bind(scratch, binding);
            }
        }
    }

    private void ensure(Scratch scratch, String what, Declaration declare, Declaration passive) throws IOException {
        if (notOurs.contains(what) && isThere(scratch, what, passive)) {
            return;
        }
        try {
            scratch.run(declare);
        } catch (IOException refusal) {
            if (Failures.replyCode(refusal) != ACCESS_REFUSED) {
                throw refused(what, refusal);
            }
            if (!isThere(scratch, what, passive)) {
                throw new IOException(what + " does not exist, and this user may not declare it: create it,"
                        + " or give the user the permissions (" + Failures.inWords(refusal) + ")", refusal);
            }
            if (notOurs.add(what)) {
                LOGGER.log(Level.INFO,
                        () -> "[GATEWAY][RMQ] " + what + " exists and is used as it is: this user may not"
                                + " declare it (" + Failures.inWords(refusal) + ")");
            }
        }
    }

    private static boolean isThere(Scratch scratch, String what, Declaration passive) throws IOException {
        try {
            scratch.run(passive);
            return true;
        } catch (IOException absent) {
            if (Failures.replyCode(absent) == NOT_FOUND) {
                return false;
            }
            throw refused(what, absent);
        }
    }

    private void bind(Scratch scratch, Binding binding) throws IOException {
        String what = "binding of queue \"" + binding.queue() + "\" to exchange \"" + binding.exchange()
                + "\" with routing key \"" + binding.routingKey() + "\"";
        try {
            scratch.run(channel -> channel.queueBind(binding.queue(), binding.exchange(), binding.routingKey()));
        } catch (IOException refusal) {
            if (Failures.replyCode(refusal) != ACCESS_REFUSED) {
                throw refused(what, refusal);
            }
            Level level = notOurs.add(what) ? Level.WARNING : Level.DEBUG;
            LOGGER.log(level, () -> "[GATEWAY][RMQ] " + what + " is refused; if it is not there already, nothing comes"
                    + " that way (" + Failures.inWords(refusal) + ")");
        }
    }

    private static IOException refused(String what, IOException refusal) {
        if (Failures.replyCode(refusal) == PRECONDITION_FAILED) {
            return new IOException(what + " exists already with other properties or arguments than these: delete it"
                    + " or configure what it has (" + Failures.inWords(refusal) + ")", refusal);
        }
        return new IOException(what + " could not be declared (" + Failures.inWords(refusal) + ")", refusal);
    }

    private interface Declaration {
        void on(Channel channel) throws IOException;
    }

    /**
     * A channel for declarations only, which is replaced after each refusal: a refusal closes the channel, which must
     * not be a consumer's.
     */
    private static final class Scratch implements AutoCloseable {
        private final Connection connection;
        private @Nullable Channel channel;

        Scratch(Connection connection) {
            this.connection = connection;
        }

        void run(Declaration declaration) throws IOException {
            if (channel == null || !channel.isOpen()) {
                channel = connection.openChannel()
                        .orElseThrow(() -> new IOException("no free channel on the connection"));
            }
            declaration.on(channel);
        }

        @Override
        public void close() {
            if (channel != null) {
                Failures.closeQuietly(channel);
            }
        }
    }
}
