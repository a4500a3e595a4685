package ulens.gateway.rabbitmq;

import com.rabbitmq.client.AMQP;
import io.helidon.messaging.Messaging;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.incoming.DeferredMessage;
import ulens.gateway.rabbitmq.incoming.RabbitMqMessage;

import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;

class IncomingTest extends RabbitMqTestCase {

    @Test
    void handsOnWhatIsRequestedAndTakesNoMoreThanThePrefetchOutOfTheQueue() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 50);
        Probe probe = new Probe(0);
        RabbitMqConnector connector = connector().build();
        consume(connector, queue, 10, probe);

        eventually().until(() -> waiting(connector) == 10);
        eventually().until(() -> broker.has(queue, 40, 10));
        assertThat(probe.messages).isEmpty();

        probe.subscription.request(1);
        probe.subscription.request(2);
        eventually().until(() -> probe.messages.size() == 3);
        assertThat(probe.numbers()).isEqualTo(upTo(3));
        assertThat(waiting(connector)).isEqualTo(7);
        assertThat(broker.has(queue, 40, 10)).isTrue();
    }

    @Test
    void handsOnEverythingInOrderWhenDemandIsUnbounded() throws Exception {
        String queue = broker.newQueue();
        Probe probe = new Probe(Long.MAX_VALUE) {
            @Override
            public void onNext(Message<byte[]> message) {
                super.onNext(message);
                subscription.request(Long.MAX_VALUE);
                message.ack();
            }
        };
        consume(connector().build(), queue, 7, probe);
        broker.send(queue, 1, 500);

        eventually().until(() -> probe.messages.size() == 500);
        assertThat(probe.numbers()).isEqualTo(upTo(500));
        eventually().until(() -> broker.ready(queue) == 0);
    }

    @Test
    void ackThroughPassesOverWhatIsDeferred() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 10);
        Probe probe = new Probe(Long.MAX_VALUE);
        Messaging messaging = consume(connector().build(), queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 10);

        DeferredMessage fourth = probe.messages.get(3).defer();
        DeferredMessage sixth = probe.messages.get(5).defer();
        DeferredMessage eighth = probe.messages.get(7).defer();
        probe.messages.get(3).ack();
        probe.messages.get(8).ackThrough();
        sixth.ack();
        sixth.ack();
        eighth.requeue();
        eventually().until(() -> probe.messages.size() == 11);
        assertThat(Probe.number(probe.last())).isEqualTo(8);
        probe.last().ackThrough();
        assertThat(fourth.live()).isTrue();
        assertThat(states.changes).containsExactly("connected");

        stop(messaging);
        assertThat(fourth.live()).isFalse();
        fourth.ack();
        eventually().until(() -> broker.ready(queue) == 1);
    }

    @Test
    void ackThroughSettlesEveryEarlierMessageAndMixesWithSingleAcks() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 30);
        Probe probe = new Probe(Long.MAX_VALUE);
        RabbitMqConnector connector = connector().build();
        Messaging messaging = consume(connector, queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 10);

        probe.messages.get(2).ack();
        probe.messages.get(6).ackThrough();
        // Covered already: a second ack of any of them would make the broker close the channel.
        probe.messages.get(6).ackThrough();
        probe.messages.get(6).ack();
        probe.messages.get(1).ack();
        probe.messages.get(4).requeue();

        eventually().until(() -> probe.messages.size() == 17);
        assertThat(states.changes).containsExactly("connected");
        stop(messaging);
        eventually().until(() -> broker.ready(queue) == 23);
    }

    @Test
    void requeuedAndNackedMessagesComeAgain() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 2);
        Probe probe = new Probe(Long.MAX_VALUE);
        consume(connector().build(), queue, 10, probe);
        eventually().until(() -> probe.messages.size() == 2);

        probe.messages.get(0).requeue();
        eventually().until(() -> probe.messages.size() == 3);
        assertThat(Probe.number(probe.last())).isEqualTo(1);
        assertThat(probe.last().redelivered()).isTrue();
        probe.messages.get(1).nack(new IllegalStateException("not now"));
        eventually().until(() -> probe.messages.size() == 4);
        assertThat(Probe.number(probe.last())).isEqualTo(2);
    }

    @Test
    void propertiesAndHeadersArriveAsPlainJavaValues() throws Exception {
        String queue = broker.newQueue();
        Probe probe = new Probe(1);
        consume(connector().build(), queue, 10, probe);
        Map<String, Object> headers = Map.of("text", "grüße", "int", 3, "long", 1L << 40, "yes", true, "when",
                new Date(1_000), "list", List.of("a", 1), "table", Map.of("inner", "b"));
        broker.channel().basicPublish("", queue,
                new AMQP.BasicProperties.Builder().messageId("m-1").headers(headers).build(), new byte[] { 1, 2, 3 });

        eventually().until(() -> !probe.messages.isEmpty());
        RabbitMqMessage message = probe.last();
        assertThat(message.headers()).isEqualTo(headers);
        assertThat(message.properties().getMessageId()).isEqualTo("m-1");
        assertThat(message.routingKey()).isEqualTo(queue);
        assertThat(message.exchange()).isEmpty();
        assertThat(message.getPayload()).containsExactly(1, 2, 3);
        assertThat(message.redelivered()).isFalse();
    }

    @Test
    void blockedSubscriberStopsNeitherHeartbeatsNorOtherChannels() throws Exception {
        String stuck = broker.newQueue();
        String healthy = broker.newQueue();
        CountDownLatch release = new CountDownLatch(1);
        Probe blocked = new Probe(Long.MAX_VALUE) {
            @Override
            public void onNext(Message<byte[]> message) {
                super.onNext(message);
                try {
                    release.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        Probe free = new Probe(Long.MAX_VALUE);
        broker.send(stuck, 1, 100);
        RabbitMqConnector connector = connector().uri(BrokerSandbox.urlThrough(proxy.port()) + "?heartbeat=1").build();
        start(Messaging.builder().connector(connector).subscriber(from(stuck, 50), blocked)
                .subscriber(from(healthy, 50), free).build());
        eventually().until(() -> blocked.messages.size() == 1);

        int before = proxy.heartbeats();
        // More than the two missed ones after which the broker gives a connection up.
        eventually().until(() -> proxy.heartbeats() - before >= 8);
        broker.send(healthy, 1, 20);
        eventually().until(() -> free.messages.size() == 20);
        assertThat(connector.connected()).isTrue();
        assertThat(states.changes).containsExactly("connected");
        assertThat(blocked.messages).hasSize(1);
        release.countDown();
        eventually().until(() -> blocked.messages.size() == 50);
    }

    @Test
    void failingSubscriberLosesNothing() throws Exception {
        String queue = broker.newQueue();
        broker.send(queue, 1, 5);
        Probe probe = new Probe(Long.MAX_VALUE) {
            @Override
            public void onNext(Message<byte[]> message) {
                super.onNext(message);
                throw new IllegalStateException("meant to fail");
            }
        };
        consume(connector().build(), queue, 10, probe);

        eventually().until(() -> probe.messages.size() == 1);
        eventually().until(() -> broker.channel().consumerCount(queue) == 0);
        eventually().until(() -> broker.has(queue, 4, 1));
        assertThat(probe.messages).hasSize(1);
        probe.last().ack();
    }

    @Test
    void secondSubscriberIsRefused() throws Exception {
        RabbitMqConnector connector = connector().build();
        consume(connector, broker.newQueue(), 10, new Probe(1));
        Probe second = new Probe(1) {
            @Override
            public void onNext(Message<byte[]> message) {
                throw new AssertionError("must get nothing");
            }
        };

        connector.incoming().getFirst().subscribe(second);
        assertThat(second.errors).singleElement().isInstanceOf(IllegalStateException.class);
    }
}
