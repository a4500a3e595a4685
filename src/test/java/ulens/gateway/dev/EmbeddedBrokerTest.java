package ulens.gateway.dev;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.MessageProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class EmbeddedBrokerTest {
    private static final String QUEUE = "gateway.notification.subscription.q";
    private static final String RETRY = QUEUE + ".retry.1m";
    private static final String DEAD = QUEUE + ".dlq";
    private static final long CONFIRM_MS = 20_000;

    @TempDir
    Path folder;

    private EmbeddedBroker broker;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(folder, 0);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void contractTopologyIsAcceptedTwiceAndRoutesConfirmedMessagesToAConsumer() throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            declareContract(channel);
            declareContract(channel);
            BlockingQueue<Delivery> received = consume(channel, QUEUE);
            channel.confirmSelect();
            for (int i = 0; i < 100; i++) {
                publish(channel, "app.events", "notification.subscription", "n" + i);
            }
            channel.waitForConfirmsOrDie(CONFIRM_MS);

            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Delivery next = received.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("message %d", i).isNotNull();
                channel.basicAck(next.getEnvelope().getDeliveryTag(), false);
                bodies.add(new String(next.getBody(), UTF_8));
            }
            assertThat(bodies).hasSize(100).startsWith("n0").endsWith("n99").doesNotHaveDuplicates();
        }
    }

    @Test
    void deadLettersPublishedByTheGatewayReachTheContractsQueue() throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            declareContract(channel);
            BlockingQueue<Delivery> received = consume(channel, DEAD);
            channel.confirmSelect();
            publish(channel, "app.dlx", DEAD, "bad");
            channel.waitForConfirmsOrDie(CONFIRM_MS);
            assertThat(received.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void producersThatDeclareWithRabbitMqArgumentsAreNotDisconnected() throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("other", true, false, false, Map.of("x-queue-type", "quorum", "x-dead-letter-exchange",
                    "nowhere", "x-message-ttl", 1000, "x-max-length", 10));
            assertThat(channel.queueDeclarePassive("other").getMessageCount()).isZero();
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void messagesOfAQueueWithATimeToLiveExpire() throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("short", true, false, false,
                    EmbeddedBroker.queueArguments(Map.of("x-message-ttl", 100)));
            channel.confirmSelect();
            publish(channel, "", "short", "soon gone");
            channel.waitForConfirmsOrDie(CONFIRM_MS);
            await().atMost(20, TimeUnit.SECONDS).until(() -> channel.messageCount("short") == 0);
        }
    }

    @Test
    void wrongPasswordIsRefused() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(broker.port());
        factory.setPassword("wrong");
        assertThatThrownBy(factory::newConnection).isInstanceOf(IOException.class);
    }

    @Test
    void secondBrokerOfTheSameProcessStartsEmptyAfterTheFirstWasClosed() throws Exception {
        try (Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("first", true, false, false, Map.of());
        }
        broker.close();
        broker.close();
        int port = broker.port();
        broker = EmbeddedBroker.start(folder, port);
        assertThat(broker.port()).isEqualTo(port);
        try (Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            assertThatThrownBy(() -> channel.queueDeclarePassive("first")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void twoBrokersSideBySideDoNotShareQueues() throws Exception {
        try (EmbeddedBroker other = EmbeddedBroker.start(folder.resolve("other"), 0);
                Connection here = connect(broker);
                Connection there = connect(other)) {
            Channel hereChannel = here.createChannel();
            Channel thereChannel = there.createChannel();
            hereChannel.queueDeclare("mine", true, false, false, Map.of());
            assertThatThrownBy(() -> thereChannel.queueDeclarePassive("mine")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void takenPortIsNamedInTheError() throws Exception {
        assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("second"), broker.port()))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("127.0.0.1:" + broker.port());
        try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("third"), stranger.getLocalPort()))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("RMQ_URL");
        }
    }

    @Test
    void nothingIsWrittenOutsideTheFolder() throws Exception {
        Path workingDirectory = Path.of("").toAbsolutePath();
        assertThat(workingDirectory.resolve("work")).doesNotExist();
        try (Stream<Path> inside = Files.walk(folder)) {
            assertThat(inside.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private static void declareContract(Channel channel) throws Exception {
        channel.exchangeDeclare("app.events", BuiltinExchangeType.TOPIC, true);
        channel.exchangeDeclare("app.dlx", BuiltinExchangeType.TOPIC, true);
        channel.queueDeclare(QUEUE, true, false, false, EmbeddedBroker.queueArguments(Map.of("x-dead-letter-exchange",
                "app.dlx", "x-dead-letter-routing-key", DEAD, "x-queue-type", "classic")));
        channel.queueBind(QUEUE, "app.events", "notification.subscription");
        channel.queueDeclare(RETRY, true, false, false, EmbeddedBroker.queueArguments(Map.of("x-message-ttl", 60_000,
                "x-dead-letter-exchange", "app.events", "x-dead-letter-routing-key", "notification.subscription")));
        channel.queueDeclare(DEAD, true, false, false, Map.of());
        channel.queueBind(DEAD, "app.dlx", DEAD);
    }

    private static Connection connect(EmbeddedBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    private static BlockingQueue<Delivery> consume(Channel channel, String queue) throws Exception {
        BlockingQueue<Delivery> received = new LinkedBlockingQueue<>();
        channel.basicConsume(queue, false, (tag, delivery) -> received.add(delivery), tag -> {
        });
        return received;
    }

    private static void publish(Channel channel, String exchange, String routingKey, String body) throws Exception {
        channel.basicPublish(exchange, routingKey, MessageProperties.PERSISTENT_TEXT_PLAIN, body.getBytes(UTF_8));
    }
}
