package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import ulens.gateway.rabbitmq.Topology.Binding;
import ulens.gateway.rabbitmq.Topology.Exchange;
import ulens.gateway.rabbitmq.Topology.Queue;

/** Declares a {@link Topology} on a connection and says in plain words what the broker refused. */
final class TopologyDeclaration {

    private final Topology topology;

    TopologyDeclaration(Topology topology) {
        this.topology = topology;
    }

    /**
     * Declares everything.
     *
     * @throws IOException
     *             the broker refused something (its message names what, and why), or the connection was lost
     */
    void declareOn(Connection connection) throws IOException {
        if (topology.equals(Topology.none())) {
            return;
        }
        // A channel of its own: a refusal closes the channel, and must not close that of a consumer.
        Channel channel = connection.openChannel()
                .orElseThrow(() -> new IOException("no free channel on the connection"));
        try {
            for (Exchange exchange : topology.exchanges()) {
                attempt("exchange \"" + exchange.name() + "\"",
                        () -> channel.exchangeDeclare(exchange.name(), exchange.type(), exchange.durable()));
            }
            for (Queue queue : topology.queues()) {
                attempt("queue \"" + queue.name() + "\"",
                        () -> channel.queueDeclare(queue.name(), queue.durable(), false, false, queue.arguments()));
            }
            for (Binding binding : topology.bindings()) {
                attempt("binding of queue \"" + binding.queue() + "\" to exchange \"" + binding.exchange() + "\"",
                        () -> channel.queueBind(binding.queue(), binding.exchange(), binding.routingKey()));
            }
        } finally {
            Problems.closeQuietly(channel);
        }
    }

    private static void attempt(String what, Declaration declaration) throws IOException {
        try {
            declaration.run();
        } catch (IOException refusal) {
            if (Problems.replyCode(refusal) == 406) {
                throw new TopologyRefusedException(
                        what + " exists already with other properties or arguments than these: delete it"
                                + " or configure what it has (" + Problems.inWords(refusal) + ")",
                        refusal);
            }
            throw new TopologyRefusedException(what + " could not be declared (" + Problems.inWords(refusal) + ")",
                    refusal);
        }
    }

    private interface Declaration {
        void run() throws IOException;
    }
}
