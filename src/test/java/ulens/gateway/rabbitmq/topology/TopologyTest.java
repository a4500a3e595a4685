package ulens.gateway.rabbitmq.topology;

import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.CapturedLog;
import ulens.gateway.rabbitmq.Probe;
import ulens.gateway.rabbitmq.RabbitMqConnector;
import ulens.gateway.rabbitmq.RabbitMqTestCase;
import ulens.gateway.rabbitmq.connection.RecoveringConnection;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class TopologyTest extends RabbitMqTestCase {

    @Test
    void refusedQueueIsNamedInPlainWordsAndTakenOverOnceItIsMended() throws Exception {
        broker.assumeRabbitMq("Qpid overlooks the difference");
        String queue = broker.newName();
        broker.channel().queueDeclare(queue, true, false, false, Map.of());
        RabbitMqConnector connector = connector()
                .topology(new Topology(List.of(), List.of(new Queue(queue, false, Map.of())), List.of())).build();
        Probe probe = new Probe(Long.MAX_VALUE);
        try (CapturedLog log = new CapturedLog(RecoveringConnection.class)) {
            consume(connector, queue, 10, probe);
            eventually().until(() -> log.anyContains("queue \"" + queue + "\""));
            assertThat(log.messages()).anyMatch(line -> line.startsWith("[GATEWAY][RMQ]")
                    && line.contains("other properties or arguments") && line.contains("406"));
            assertThat(log.messages()).noneMatch(line -> line.contains("guest:guest"));
        }
        assertThat(connector.connected()).isFalse();

        broker.deleteQueue(queue);
        eventually().until(connector::connected);
        broker.send(queue, 1, 3);
        eventually().until(() -> probe.messages.size() == 3);
    }

    @Test
    void refusedExchangeIsNamedAndTakenOverOnceItIsMended() throws Exception {
        String queue = broker.newQueue();
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "direct");
        RabbitMqConnector connector = connector()
                .topology(new Topology(List.of(new Exchange(exchange, "topic", false)), List.of(), List.of())).build();
        Probe probe = new Probe(Long.MAX_VALUE);
        try (CapturedLog log = new CapturedLog(RecoveringConnection.class)) {
            consume(connector, queue, 10, probe);
            eventually().until(() -> log.anyContains("exchange \"" + exchange + "\""));
        }
        assertThat(connector.connected()).isFalse();

        broker.channel().exchangeDelete(exchange);
        eventually().until(connector::connected);
        broker.send(queue, 1, 3);
        eventually().until(() -> probe.messages.size() == 3);
    }

    @Test
    void argumentsReachTheBrokerThroughTheDialect() throws Exception {
        broker.assumeRabbitMq("the argument is RabbitMQ's");
        String queue = broker.newName();
        Topology topology = new Topology(List.of(), List.of(new Queue(queue, false, Map.of("ttl", 60_000))), List.of())
                .withArguments(arguments -> Map.of("x-message-ttl", arguments.get("ttl")));
        RabbitMqConnector connector = connector().topology(topology).build();
        consume(connector, queue, 10, new Probe(1));
        eventually().until(connector::connected);

        // Refused unless the arguments are equal.
        broker.channel().queueDeclare(queue, false, false, false, Map.of("x-message-ttl", 60_000));
    }
}
