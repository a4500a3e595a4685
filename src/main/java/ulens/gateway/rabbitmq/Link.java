package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection, kept up by a virtual thread: connect, declare the topology, attach what needs a channel, wait until
 * something breaks, pause, repair. What is not broken is left alone: a lost channel does not cost the connection.
 */
final class Link {

    private static final Logger LOGGER = System.getLogger(Link.class.getName());
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    private final String name;
    private final BrokerAddress broker;
    private final TopologyDeclaration topology;
    private final Connectivity connectivity;
    private final Backoff backoff;
    private final RepeatedWarning warning = new RepeatedWarning(LOGGER);
    private final List<LinkChannel> channels = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Thread supervisor;
    private boolean added;
    private boolean stopped;
    private volatile boolean connecting;

    Link(String name, BrokerAddress broker, TopologyDeclaration topology, Backoff backoff, Connectivity connectivity) {
        this.name = name;
        this.broker = broker;
        this.topology = topology;
        this.backoff = backoff;
        this.connectivity = connectivity;
        connectivity.register(name);
    }

    /** Adds a user and starts connecting if it is the first one. */
    void add(LinkChannel channel) {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            channels.add(channel);
            added = true;
            changed.signalAll();
            if (supervisor == null) {
                supervisor = Thread.ofVirtual().name("rmq-link-" + name).start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A channel wants to be attached though nothing has broken. */
    void attachAgain() {
        lock.lock();
        try {
            added = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the channels finish, closes the connection and waits until that is done. */
    void stop() {
        channels.forEach(LinkChannel::beforeClose);
        Thread running;
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
            running = supervisor;
        } finally {
            lock.unlock();
        }
        if (running == null) {
            return;
        }
        if (connecting) {
            running.interrupt();
        }
        try {
            running.join(STOP_TIMEOUT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopped()) {
            try {
                connecting = true;
                Connection connection = broker.connect(name);
                connecting = false;
                try {
                    serve(connection);
                } finally {
                    Problems.closeQuietly(connection);
                }
            } catch (IOException | TimeoutException | RuntimeException e) {
                connecting = false;
                failed("Cannot connect to " + broker, e);
            }
        }
        connectivity.down(name, "stopped");
    }

    private void serve(Connection connection) {
        connection.addShutdownListener(_ -> wake());
        connection.addBlockedListener(
                reason -> LOGGER.log(Level.WARNING,
                        "[GATEWAY][RMQ] " + name + ": the broker blocks publishers: " + reason),
                () -> LOGGER.log(Level.INFO, "[GATEWAY][RMQ] " + name + ": the broker takes publications again"));
        while (!stopped() && connection.isOpen()) {
            try {
                attachAll(connection);
            } catch (IOException | RuntimeException e) {
                failed("Cannot use " + broker, e);
                continue;
            }
            awaitTrouble(connection);
            if (!stopped() && !takeAdded()) {
                String reason = whatBroke(connection);
                connectivity.down(name, reason);
                warning.log("[GATEWAY][RMQ] " + name + ": lost " + broker + ": " + reason);
                pause();
            }
        }
    }

    private void attachAll(Connection connection) throws IOException {
        takeAdded();
        topology.declareOn(connection);
        for (LinkChannel channel : channels) {
            if (channel.detached()) {
                channel.attach(connection, this::wake);
            }
        }
        backoff.succeeded(System.nanoTime());
        warning.forget();
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] " + name + ": connected to " + broker);
        connectivity.up(name);
    }

    private void awaitTrouble(Connection connection) {
        lock.lock();
        try {
            while (!stopped && !added && connection.isOpen() && channels.stream().noneMatch(LinkChannel::detached)) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private String whatBroke(Connection connection) {
        if (!connection.isOpen()) {
            return Problems.inWords(connection.getCloseReason());
        }
        return channels.stream().filter(LinkChannel::detached).map(LinkChannel::lostBecause).findFirst()
                .orElse("unknown reason");
    }

    private void failed(String what, Exception problem) {
        String reason = Problems.inWords(problem);
        connectivity.down(name, reason);
        if (stopped()) {
            return;
        }
        warning.log("[GATEWAY][RMQ] " + name + ": " + what + ", will try again: " + reason);
        pause();
    }

    private void pause() {
        long nanos = backoff.next(System.nanoTime()).toNanos();
        lock.lock();
        try {
            while (!stopped && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException _) {
            // only stop() interrupts, and the loop looks at that next
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean takeAdded() {
        lock.lock();
        try {
            boolean was = added;
            added = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }
}
