package ulens.gateway.rabbitmq;

import io.helidon.messaging.Messaging;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StopTest extends RabbitMqTestCase {

    @Test
    void cancelReturnsWhatNobodySawAndLeavesTheRestAckable() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 30);
        Probe probe = new Probe(4);
        RabbitMqConnector connector = connector().build();
        Messaging messaging = consume(connector, queue, 20, probe);
        eventually().until(() -> probe.messages.size() == 4 && waiting(connector) == 16);

        connector.cancelConsumers();
        eventually().until(() -> broker.has(queue, 26, 4));
        probe.subscription.request(100);
        eventually().until(() -> probe.complete);
        assertThat(probe.numbers()).isEqualTo(upTo(4));
        assertThat(connector.connected()).isTrue();

        probe.messages.get(2).ackThrough();
        stop(messaging);
        eventually().until(() -> broker.ready(queue) == 27);
        assertThat(states.changes).containsExactly("connected", "disconnected");
        assertThat(states.reasons).containsExactly("stopped");
        assertThat(connector.connected()).isFalse();
    }

    @Test
    void stopReturnsEverythingUnsettledToTheQueueInOrder() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 10);
        Probe probe = new Probe(3);
        RabbitMqConnector connector = connector().build();
        Messaging messaging = consume(connector, queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 3);

        stop(messaging);
        eventually().until(() -> broker.ready(queue) == 10);
        probe.last().ackThrough();
        Probe next = new Probe(Long.MAX_VALUE);
        consume(connector().build(), queue, 10, next);
        eventually().until(() -> next.messages.size() == 10);
        assertThat(next.numbers()).isEqualTo(upTo(10));
    }

    @Test
    void subscriptionCancelEndsTheConsumer() throws Exception {
        String queue = broker.newQueue();
        Probe probe = new Probe(10);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);
        eventually().until(connector::connected);
        eventually().until(() -> broker.channel().consumerCount(queue) == 1);

        probe.subscription.cancel();
        eventually().until(() -> broker.channel().consumerCount(queue) == 0);
        broker.send(queue, 1, 3);
        eventually().until(() -> broker.ready(queue) == 3);
        assertThat(probe.messages).isEmpty();
        assertThat(probe.complete).isFalse();
    }

    @Test
    void cancelBeforeTheBrokerIsThereEndsConsumingForGood() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 3);
        proxy.down();
        Probe probe = new Probe(10);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);

        connector.cancelConsumers();
        proxy.up();
        eventually().until(connector::connected);
        assertThat(broker.channel().consumerCount(queue)).isZero();
        assertThat(probe.messages).isEmpty();
        assertThat(probe.complete).isTrue();
    }

    @Test
    void stopWorksWhileTheBrokerIsAway() throws Exception {
        proxy.down();
        RabbitMqConnector connector = connector().build();
        Messaging messaging = consume(connector, broker.newQueue(), 10, new Probe(10));
        stop(messaging);
        connector.stop();
        int attempts = proxy.accepted();
        proxy.up();
        assertThat(connector.connected()).isFalse();
        assertThat(proxy.accepted()).isEqualTo(attempts);
    }
}
