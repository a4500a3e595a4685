package ulens.gateway.broker;

import io.helidon.config.Config;
import org.junit.jupiter.api.Test;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.rabbitmq.topology.Topology;
import ulens.gateway.rabbitmq.topology.Topology.Binding;
import ulens.gateway.rabbitmq.topology.Topology.Exchange;
import ulens.gateway.rabbitmq.topology.Topology.Queue;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What is declared at the broker of the old gateway: with any other argument RabbitMQ would refuse it. */
class BrokerNamesTest {
    private static final String QUEUE = "gateway.notification.subscription.q";

    @Test
    void queuesExchangesAndBindingsAreThoseOfTheOldGateway() {
        assertThat(topology(Map.of())).isEqualTo(new Topology(
                List.of(new Exchange("app.events", "topic", true), new Exchange("app.dlx", "topic", true)), List.of(
                        new Queue(QUEUE, true,
                                Map.of("x-dead-letter-exchange", "app.dlx", "x-dead-letter-routing-key",
                                        QUEUE + ".dlq")),
                        new Queue(QUEUE + ".retry.1m", true,
                                Map.of("x-message-ttl", 60_000, "x-dead-letter-exchange", "app.events",
                                        "x-dead-letter-routing-key", "notification.subscription")),
                        new Queue(QUEUE + ".dlq", true, Map.of())),
                List.of(new Binding(QUEUE, "app.events", "notification.subscription"),
                        new Binding(QUEUE + ".dlq", "app.dlx", QUEUE + ".dlq"))));
    }

    @Test
    void allThreeQueuesAreOfTheTypeThatIsAskedFor() {
        assertThat(topology(Map.of("RMQ_QUEUE_TYPE", "quorum")).queues())
                .allSatisfy(queue -> assertThat(queue.arguments()).containsEntry("x-queue-type", "quorum"));
    }

    private static Topology topology(Map<String, String> environment) {
        return BrokerNames.topology(GatewayConfig.read(Config.empty(), environment).rmq());
    }
}
