package ulens.gateway.rabbitmq.incoming;

import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.Probe;
import ulens.gateway.rabbitmq.RabbitMqConnector;
import ulens.gateway.rabbitmq.RabbitMqTestCase;
import ulens.gateway.rabbitmq.topology.Topology;
import ulens.gateway.rabbitmq.topology.Topology.Binding;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

class RecoveryTest extends RabbitMqTestCase {

    @Test
    void afterACutUnsettledMessagesComeAgainAndStaleAcksAreIgnored() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 10);
        Probe probe = new Probe(3);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 3);
        List<RabbitMqMessage> stale = List.copyOf(probe.messages);

        proxy.cut();
        eventually().until(() -> states.changes.equals(List.of("connected", "disconnected", "connected")));
        probe.subscription.request(10);
        eventually().until(() -> probe.messages.size() == 13);
        assertThat(probe.numbers().subList(3, 13)).isEqualTo(upTo(10));
        assertThat(probe.messages.subList(3, 6)).allMatch(RabbitMqMessage::redelivered);

        // The same tags are in use again on the new channel: an ack that slipped through would settle the wrong ones.
        stale.forEach(RabbitMqMessage::ack);
        stale.getLast().ackThrough();
        stale.getFirst().requeue();
        broker.send(queue, 11, 12);
        eventually().until(() -> broker.has(queue, 2, 10));
        probe.last().ackThrough();
        probe.subscription.request(2);
        eventually().until(() -> probe.messages.size() == 15);
        assertThat(states.changes).containsExactly("connected", "disconnected", "connected");
    }

    @Test
    void waitingMessagesOfALostChannelAreDropped() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 10);
        Probe probe = new Probe(0);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        eventually().until(() -> waiting(connector) == 10);

        proxy.cut();
        eventually().until(() -> states.changes.size() == 3 && waiting(connector) == 10);
        probe.subscription.request(Long.MAX_VALUE);
        eventually().until(() -> probe.messages.size() == 10);
        assertThat(probe.numbers()).isEqualTo(upTo(10));
        assertThat(probe.messages).allMatch(RabbitMqMessage::live);
    }

    @Test
    void nothingIsLostOverManyCutsWhileMessagesFlow() throws Exception {
        String queue = broker.newQueue();
        TreeSet<Integer> acked = new TreeSet<>();
        Probe probe = new Probe(Long.MAX_VALUE) {
            @Override
            public void onNext(Message<byte[]> message) {
                super.onNext(message);
                RabbitMqMessage mine = (RabbitMqMessage) message;
                acked.add(number(mine));
                if (mine.deliveryTag() % 5 == 0) {
                    mine.ackThrough();
                }
            }
        };
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 20, probe);
        for (int cut = 0; cut < 5; cut++) {
            eventually().until(connector::connected);
            broker.send(queue, cut * 100 + 1, cut * 100 + 100);
            int seen = probe.messages.size();
            eventually().until(() -> probe.messages.size() >= seen + 10);
            int connections = proxy.accepted();
            proxy.cut();
            eventually().until(() -> proxy.accepted() > connections);
        }
        eventually().until(() -> new HashSet<>(probe.numbers()).size() == 500);
    }

    @Test
    void startsWithoutABrokerAndConnectsWhenItComes() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 3);
        proxy.down();
        Probe probe = new Probe(Long.MAX_VALUE);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        assertThat(connector.connected()).isFalse();
        assertThat(states.changes).isEmpty();

        proxy.up();
        eventually().until(() -> probe.messages.size() == 3);
        eventually().until(connector::connected);
        assertThat(states.changes).containsExactly("connected");
    }

    @Test
    void survivesABrokerThatIsAwayForAWhile() throws Exception {
        String queue = broker.newQueue();
        Probe probe = new Probe(Long.MAX_VALUE);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        eventually().until(connector::connected);

        proxy.down();
        eventually().until(() -> !connector.connected());
        broker.send(queue, 1, 3);
        proxy.up();
        eventually().until(() -> probe.messages.size() == 3);
        assertThat(states.changes).containsExactly("connected", "disconnected", "connected");
    }

    @Test
    void deletedQueueIsDeclaredAndConsumedAgain() throws Exception {
        broker.assumeRabbitMq("Qpid does not cancel the consumers of a deleted queue");
        String queue = broker.newName();
        String exchange = broker.newExchangeName();
        Topology topology = new Topology(List.of(new Exchange(exchange, "topic", false)),
                List.of(new Queue(queue, false, Map.of())), List.of(new Binding(queue, exchange, "a.#")));
        Probe probe = new Probe(Long.MAX_VALUE);
        RabbitMqConnector connector = connector().topology(topology).build();
        consume(connector, queue, 10, probe);
        eventually().until(connector::connected);

        broker.deleteQueue(queue);
        eventually().until(() -> states.changes.equals(List.of("connected", "disconnected", "connected")));
        assertThat(states.reasons.getFirst()).contains(queue).contains("cancelled");
        broker.channel().basicPublish(exchange, "a.b", null, "7".getBytes());
        eventually().until(() -> probe.numbers().equals(List.of(7)));
        assertThat(proxy.accepted()).as("connections").isEqualTo(1);
    }

    @Test
    void channelClosedByTheBrokerIsReplacedOnTheSameConnection() throws Exception {
        broker.assumeRabbitMq("Qpid overlooks unknown delivery tags");
        String queue = broker.newQueue();
        broker.send(queue, 1, 2);
        Probe probe = new Probe(Long.MAX_VALUE);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 2);

        // A tag that was never given out: the broker answers by closing the channel.
        probe.last().tags().channel().basicAck(4_711, false);
        eventually().until(() -> probe.messages.size() == 4);
        assertThat(probe.numbers()).containsExactly(1, 2, 1, 2);
        assertThat(proxy.accepted()).as("connections").isEqualTo(1);
    }
}
