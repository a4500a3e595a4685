package ulens.gateway;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import static org.awaitility.Awaitility.await;

/** The services of the backend, as the gateway meets them: what they publish and what they receive. */
public final class TestBroker implements AutoCloseable {
    private final String queue = "gateway.test." + UUID.randomUUID();
    private final Connection connection;
    private final Channel channel;
    private final String receipts;

    /** Connects. */
    public TestBroker() {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(TestServices.broker());
            connection = factory.newConnection("test");
            channel = connection.createChannel();
            channel.exchangeDeclare("app.events", "topic", true);
            channel.confirmSelect();
            receipts = queue + ".receipts";
            channel.queueDeclare(receipts, false, false, false, Map.of());
            channel.queueBind(receipts, "app.events", "notification.read");
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return a queue name for the gateway under test} */
    public String queue() {
        return queue;
    }

    /** {@return the queue of its dead letters} */
    public String deadQueue() {
        return queue + ".dlq";
    }

    /** {@return the queue where retries wait} */
    public String retryQueue() {
        return queue + ".retry.1m";
    }

    /** Publishes a body as a service does; returns when the broker has it. */
    public synchronized void publish(String body) {
        publish(body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** Publishes a body with headers. */
    public synchronized void publish(byte[] body, Map<String, Object> headers) {
        publish(body, properties(headers).build());
    }

    /** Publishes a body with these properties. */
    public synchronized void publish(byte[] body, AMQP.BasicProperties properties) {
        try {
            send(body, properties);
            channel.waitForConfirmsOrDie(20_000);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Publishes numbered notifications; returns when the broker has all of them. */
    public synchronized void publish(String user, long from, long to) {
        try {
            for (long id = from; id <= to; id++) {
                send(notification(user, id).getBytes(StandardCharsets.UTF_8), properties(Map.of()).build());
            }
            channel.waitForConfirmsOrDie(60_000);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void send(byte[] body, AMQP.BasicProperties properties) throws Exception {
        channel.basicPublish("app.events", "notification.subscription", properties, body);
    }

    /** {@return what services publish with} */
    public static AMQP.BasicProperties.Builder properties(Map<String, Object> headers) {
        return new AMQP.BasicProperties.Builder().deliveryMode(2).contentType("application/json").headers(headers);
    }

    /** {@return a notification as the contract has it} */
    public static String notification(String user, long id) {
        return """
                {"messageId":"%s","userId":"%s","userEmail":"x@y.z","eventType":"notification.subscription",\
                "message":"Message %d","scheduledAt":null,"notificationId":%d,"sentAt":"2026-01-01T10:00:00.000Z",\
                "readAt":null,"metadata":null}""".formatted(UUID.randomUUID(), user, id, id);
    }

    /** {@return the next dead letter} */
    public GetResponse deadLetter() {
        return next(deadQueue());
    }

    /** {@return the next read event that the gateway published} */
    public String receipt() {
        return new String(next(receipts).getBody(), StandardCharsets.UTF_8);
    }

    /** {@return messages ready in a queue} */
    public synchronized long count(String name) {
        try {
            return channel.messageCount(name);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return the next message of a queue} */
    public GetResponse next(String name) {
        return await().atMost(Duration.ofSeconds(20)).until(() -> get(name), response -> response != null);
    }

    private synchronized GetResponse get(String name) throws Exception {
        return channel.basicGet(name, true);
    }

    /** {@return the name of the queue of read events} */
    public String receipts() {
        return receipts;
    }

    /** Removes all queues of this test. */
    @Override
    public void close() {
        try (connection) {
            for (String name : new String[] { queue, deadQueue(), retryQueue(), receipts }) {
                try (Channel own = connection.createChannel()) {
                    own.queueDelete(name);
                } catch (Exception _) {
                    // was never declared
                }
            }
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
