package ulens.gateway.rabbitmq;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * The broker to test against: {@code TEST_RMQ_URL}, or one on 127.0.0.1:5672. Makes queues and exchanges of unique
 * names and deletes them at the end. Without a broker the test is skipped, and says how to run it.
 */
final class TestBroker implements AutoCloseable {

    private static final String BY_DEFAULT = "amqp://guest:guest@127.0.0.1:5672";

    private final Connection connection;
    private final Deque<Cleanup> cleanups = new ArrayDeque<>();
    private Channel channel;

    private TestBroker(Connection connection) throws IOException {
        this.connection = connection;
        this.channel = connection.createChannel();
    }

    static String url() {
        String configured = System.getenv("TEST_RMQ_URL");
        return configured == null || configured.isBlank() ? BY_DEFAULT : configured;
    }

    static TestBroker open() throws Exception {
        boolean mustAnswer = !url().equals(BY_DEFAULT);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(url());
        try {
            return new TestBroker(factory.newConnection("test"));
        } catch (IOException | TimeoutException absent) {
            if (mustAnswer) {
                throw absent;
            }
            assumeTrue(false, "Skipped: no RabbitMQ on 127.0.0.1:5672. Start one there (guest/guest), or set "
                    + "TEST_RMQ_URL=amqp://user:password@host:port/vhost");
            throw absent;
        }
    }

    boolean isRabbitMq() {
        return "RabbitMQ".equals(String.valueOf(connection.getServerProperties().get("product")));
    }

    void assumeRabbitMq(String because) {
        assumeTrue(isRabbitMq(), "Skipped: needs a real RabbitMQ, because " + because);
    }

    String host() {
        return connection.getAddress().getHostAddress();
    }

    int port() {
        return connection.getPort();
    }

    /** The URL of the broker, but through another port of this machine. */
    static String urlThrough(int port) {
        URI url = URI.create(url());
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return "amqp://" + url.getRawUserInfo() + "@127.0.0.1:" + port + path;
    }

    String newName() {
        String name = "test." + UUID.randomUUID();
        cleanups.push(each -> each.queueDelete(name));
        return name;
    }

    String newQueue() throws IOException {
        String name = newName();
        channel.queueDeclare(name, false, false, false, Map.of());
        return name;
    }

    String newExchangeName() {
        String name = "test." + UUID.randomUUID();
        cleanups.push(each -> each.exchangeDelete(name));
        return name;
    }

    Channel channel() throws IOException {
        if (!channel.isOpen()) {
            channel = connection.createChannel();
        }
        return channel;
    }

    void send(String queue, int from, int to) throws IOException {
        for (int i = from; i <= to; i++) {
            channel().basicPublish("", queue, new AMQP.BasicProperties(),
                    Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
    }

    void deleteQueue(String queue) throws IOException {
        channel().queueDelete(queue);
    }

    /** Messages in the queue while nobody holds any. */
    long ready(String queue) throws IOException {
        return holds(queue, 0);
    }

    /** Whether so many messages are free to take while consumers hold so many others. */
    boolean has(String queue, int free, int held) throws IOException {
        return holds(queue, held) == free;
    }

    /** RabbitMQ counts free messages only, Qpid those in the hands of consumers too. */
    private long holds(String queue, int held) throws IOException {
        return channel().messageCount(queue) - (isRabbitMq() ? 0 : held);
    }

    @Override
    public void close() throws IOException {
        for (Cleanup cleanup : cleanups) {
            try {
                cleanup.run(connection.createChannel());
            } catch (IOException _) {
                // never came to be, or is deleted already
            }
        }
        connection.close();
    }

    private interface Cleanup {
        void run(Channel channel) throws IOException;
    }
}
