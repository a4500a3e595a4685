package ulens.gateway.faults;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.json.JSONArray;
import org.json.JSONObject;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of the backend that listens to read events, and survives restarts of the broker. */
final class ReceiptLog implements AutoCloseable {
    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final Map<String, List<Long>> events = new ConcurrentHashMap<>();
    private final AtomicInteger repeats = new AtomicInteger();

    ReceiptLog(int port, String queue) {
        this.queue = queue;
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("127.0.0.1");
            factory.setPort(port);
            factory.setNetworkRecoveryInterval(300);
            connection = factory.newConnection("faults-receipts");
            channel = connection.createChannel();
            channel.exchangeDeclare("app.events", "topic", true);
            channel.queueDeclare(queue, true, false, false, Map.of());
            channel.queueBind(queue, "app.events", "notification.read");
            channel.basicConsume(queue, false, (_, message) -> {
                take(new String(message.getBody(), StandardCharsets.UTF_8));
                channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
            }, _ -> {
            });
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void take(String body) {
        try {
            JSONObject event = new JSONObject(body);
            JSONArray ids = event.getJSONArray("notificationIds");
            List<Long> all = new ArrayList<>();
            for (int i = 0; i < ids.length(); i++) {
                all.add(ids.getLong(i));
            }
            if (events.put(event.getString("messageId"), all) != null) {
                repeats.incrementAndGet();
            }
        } catch (org.json.JSONException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return ids of all events, without repeats} */
    List<Long> ids() {
        return events.values().stream().flatMap(List::stream).toList();
    }

    Set<Long> distinctIds() {
        return new HashSet<>(ids());
    }

    /** {@return events that came more than once, with the same message id} */
    int repeats() {
        return repeats.get();
    }

    void delete(String... others) {
        for (String name : others) {
            try (Channel own = connection.createChannel()) {
                own.queueDelete(name);
            } catch (Exception _) {
                // was never declared
            }
        }
    }

    /** {@return consumers of a queue; -1 if there is no such queue} */
    long consumers(String name) {
        try (Channel own = connection.createChannel()) {
            return own.consumerCount(name);
        } catch (Exception _) {
            return -1;
        }
    }

    long count(String name) {
        try (Channel own = connection.createChannel()) {
            return own.messageCount(name);
        } catch (Exception failure) {
            return -1;
        }
    }

    @Override
    public void close() {
        delete(queue);
        connection.abort(2_000);
    }
}
