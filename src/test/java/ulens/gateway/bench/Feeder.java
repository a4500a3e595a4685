package ulens.gateway.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** A service that publishes persistent notifications of about 300 bytes, with publisher confirms. */
final class Feeder implements AutoCloseable {
    static final String QUEUE = "gateway.notification.subscription.q";

    private static final int UNCONFIRMED = 50_000;
    private static final AMQP.BasicProperties PERSISTENT = new AMQP.BasicProperties.Builder().deliveryMode(2)
            .contentType("application/json").build();

    private final Connection connection;
    private final Channel channel;
    private final Semaphore window = new Semaphore(UNCONFIRMED);
    private final String text;
    private long confirmed;

    Feeder(String uri) {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(uri);
            connection = factory.newConnection("bench-feeder");
            channel = connection.createChannel();
            channel.exchangeDeclare("app.events", "topic", true);
            channel.queueDeclare(QUEUE, true, false, false,
                    Map.of("x-dead-letter-exchange", "app.dlx", "x-dead-letter-routing-key", QUEUE + ".dlq"));
            channel.queueBind(QUEUE, "app.events", "notification.subscription");
            channel.confirmSelect();
            channel.addConfirmListener(this::settled, (_, _) -> {
                throw new IllegalStateException("the broker refused a message");
            });
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
        text = "The quick brown fox jumps over the lazy dog. ".repeat(3);
    }

    // called by the client's one thread
    private void settled(long tag, boolean multiple) {
        int settled = multiple ? (int) (tag - confirmed) : 1;
        confirmed = multiple ? tag : confirmed + 1;
        window.release(settled);
    }

    /** Publishes all notifications of a tally as fast as the broker takes them, to its users in turn. */
    void publishAll(Tally tally) {
        for (int i = 0; i < tally.expected(); i++) {
            publish(tally, i);
        }
        awaitConfirms();
    }

    /**
     * Publishes all notifications of a tally at an even rate; returns when each one was due, so that a late publisher
     * does not hide latency.
     */
    long[] publishAt(Tally tally, int perSecond) {
        long[] due = new long[tally.expected()];
        long start = System.nanoTime();
        for (int i = 0; i < due.length; i++) {
            due[i] = start + i * 1_000_000_000L / perSecond;
            for (long early = due[i] - System.nanoTime(); early > 0; early = due[i] - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            publish(tally, i);
        }
        return due;
    }

    private void publish(Tally tally, int index) {
        long id = tally.base() + index;
        String body = "{\"messageId\":\"5f0c7d5e-7f0a-4b0e-9d3e-1a2b3c4d5e6f\",\"userId\":\"u-" + tally.userOf(id)
                + "\",\"eventType\":\"notification.subscription\",\"message\":\"" + text + "\",\"notificationId\":" + id
                + ",\"sentAt\":\"" + Instant.now() + "\",\"readAt\":null,\"metadata\":null}";
        try {
            window.acquire();
            channel.basicPublish("app.events", "notification.subscription", PERSISTENT,
                    body.getBytes(StandardCharsets.UTF_8));
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void awaitConfirms() {
        window.acquireUninterruptibly(UNCONFIRMED);
        window.release(UNCONFIRMED);
    }

    String version() {
        return connection.getServerProperties().get("version").toString();
    }

    @Override
    public void close() {
        connection.abort(2_000);
    }
}
