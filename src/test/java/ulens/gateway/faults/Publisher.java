package ulens.gateway.faults;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import ulens.gateway.fixture.TestBroker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A service that publishes numbered notifications and enters into the ledger what the broker has confirmed and routed.
 * It publishes messages again whose outcome is unknown, as a careful producer does. Each user's numbers come from one
 * publisher, in order.
 */
final class Publisher implements AutoCloseable {
    private static final int CONFIRM_MILLIS = 5_000;

    private final int port;
    private final Ledger ledger;
    private final Random random;
    private final AtomicBoolean returned = new AtomicBoolean();
    private Connection connection;
    private Channel channel;
    private volatile boolean running;
    private volatile boolean paused;
    private volatile boolean idle = true;
    private Thread thread;

    Publisher(int port, Ledger ledger, long seed) {
        this.port = port;
        this.ledger = ledger;
        this.random = new Random(seed);
    }

    /** Publishes to one user and returns when the broker has confirmed. */
    void publish(String user, int count) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(ledger.nextId(user));
        }
        while (!attempt(user, ids)) {
            pause(100);
        }
        ledger.confirmed(user, ids);
    }

    /** Publishes to all users in turn, a few each, until {@link #stop()}. */
    Publisher start(int pauseMillis) {
        running = true;
        thread = Thread.ofVirtual().start(() -> {
            while (running) {
                idle = false;
                if (!paused) {
                    String user = ledger.users().get(random.nextInt(ledger.users().size()));
                    publish(user, 1 + random.nextInt(8));
                }
                idle = true;
                pause(pauseMillis);
            }
        });
        return this;
    }

    /** Stops publishing until {@link #goOn()}; returns when the last message is confirmed. */
    void hold() {
        paused = true;
        pause(20);
        while (!idle) {
            pause(5);
        }
    }

    void goOn() {
        paused = false;
    }

    void stop() {
        running = false;
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** Publishes any body. */
    synchronized void raw(byte[] body) {
        try {
            open();
            send(body);
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private synchronized boolean attempt(String user, List<Long> ids) {
        try {
            open();
            returned.set(false);
            for (long id : ids) {
                send(TestBroker.notification(user, id).getBytes(StandardCharsets.UTF_8));
            }
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
            return !returned.get();
        } catch (Exception _) {
            if (connection != null) {
                connection.abort(1_000);
            }
            connection = null;
            return false;
        }
    }

    private void open() throws Exception {
        if (connection == null || !connection.isOpen()) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("127.0.0.1");
            factory.setPort(port);
            factory.setAutomaticRecoveryEnabled(false);
            connection = factory.newConnection("faults-publisher");
            channel = connection.createChannel();
            channel.exchangeDeclare("app.events", "topic", true);
            channel.confirmSelect();
            channel.addReturnListener(_ -> returned.set(true));
        }
    }

    private void send(byte[] body) throws Exception {
        channel.basicPublish("app.events", "notification.subscription", true,
                new AMQP.BasicProperties.Builder().deliveryMode(2).contentType("application/json").build(), body);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        stop();
        if (connection != null) {
            connection.abort(1_000);
        }
    }
}
