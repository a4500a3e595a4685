package ulens.gateway.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import ulens.gateway.fixture.TestServices;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The broker to test against: that of all tests. Makes queues and exchanges of unique names and deletes them at the
 * end.
 */
public final class BrokerSandbox implements AutoCloseable {

    private final Connection connection;
    private final Deque<Cleanup> cleanups = new ArrayDeque<>();
    private Channel channel;

    private BrokerSandbox(Connection connection) throws IOException {
        this.connection = connection;
        this.channel = connection.createChannel();
    }

    public static String url() {
        return TestServices.broker();
    }

    public static BrokerSandbox open() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(url());
        return new BrokerSandbox(factory.newConnection("test"));
    }

    public boolean isRabbitMq() {
        return "RabbitMQ".equals(String.valueOf(connection.getServerProperties().get("product")));
    }

    public void assumeRabbitMq(String because) {
        assumeTrue(isRabbitMq(), "needs a real RabbitMQ, because " + because
                + "; run with TEST_RMQ_URL=amqp://guest:guest@localhost:5672");
    }

    public String host() {
        return connection.getAddress().getHostAddress();
    }

    public int port() {
        return connection.getPort();
    }

    /** The URL of the broker, but through another port of this machine. */
    public static String urlThrough(int port) {
        URI url = URI.create(url());
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return "amqp://" + url.getRawUserInfo() + "@127.0.0.1:" + port + path;
    }

    public String newName() {
        String name = "test." + UUID.randomUUID();
        cleanups.push(each -> each.queueDelete(name));
        return name;
    }

    public String newQueue() throws IOException {
        String name = newName();
        channel.queueDeclare(name, false, false, false, Map.of());
        return name;
    }

    public String newExchangeName() {
        String name = "test." + UUID.randomUUID();
        cleanups.push(each -> each.exchangeDelete(name));
        return name;
    }

    public Channel channel() throws IOException {
        if (!channel.isOpen()) {
            channel = connection.createChannel();
        }
        return channel;
    }

    public void send(String queue, int from, int to) throws IOException {
        for (int i = from; i <= to; i++) {
            channel().basicPublish("", queue, new AMQP.BasicProperties(),
                    Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
    }

    public void deleteQueue(String queue) throws IOException {
        channel().queueDelete(queue);
    }

    /** Messages in the queue while nobody holds any. */
    public long ready(String queue) throws IOException {
        return holds(queue, 0);
    }

    /** Whether so many messages are free to take while consumers hold so many others. */
    public boolean has(String queue, int free, int held) throws IOException {
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
