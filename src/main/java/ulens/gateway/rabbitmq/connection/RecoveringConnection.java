package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.Connection;
import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection that a loop keeps up: connect, prepare (declare the topology), attach each channel, wait for a
 * failure, pause, repair. Only the failed part is repaired: a lost channel does not end the connection.
 * <p>
 * Broker, channels and callers only set a flag or wake the loop; everything is opened, repaired and reported by the
 * loop's thread.
 */
public final class RecoveringConnection implements ChannelHost {

    private static final Logger LOGGER = System.getLogger(RecoveringConnection.class.getName());
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    private final String name;
    private final BrokerAddress broker;
    private final Preparation preparation;
    private final Connectivity connectivity;
    private final BlockedPublishers blocked;
    private final Backoff backoff;
    private final RepeatedWarning warning = new RepeatedWarning(LOGGER);
    private final List<RecoveringChannel> channels = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Task task;
    private @Nullable Loop supervisor;
    private boolean added;
    private boolean stopped;
    private volatile boolean connecting;
    /** Used by the supervisor only. */
    private boolean up;
    /** Whether all channels have been attached to the present AMQP connection, even if one is lost by now. */
    private volatile boolean usable;

    /**
     * Creates a connection, which connects when the first channel is added.
     *
     * @param name
     *            name of the connection in the broker's lists and in logs
     * @param broker
     *            the address
     * @param preparation
     *            prepares the connection before channels are attached
     * @param backoff
     *            the pauses after failures, for this connection alone
     * @param connectivity
     *            called when this connection is usable, and when it is not
     */
    public RecoveringConnection(String name, BrokerAddress broker, Preparation preparation, Backoff backoff,
            Connectivity connectivity) {
        this.name = name;
        this.broker = broker;
        this.preparation = preparation;
        this.backoff = backoff;
        this.connectivity = connectivity;
        this.blocked = new BlockedPublishers(name);
        this.task = Task.of(LOGGER, "[GATEWAY][RMQ]", "link-" + name);
        connectivity.register(name);
    }

    @Override
    public void add(RecoveringChannel channel) {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            channels.add(channel);
            added = true;
            changed.signalAll();
            if (supervisor == null) {
                supervisor = Loop.virtual(task, this::serveOnce).start();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void attachAgain() {
        lock.lock();
        try {
            added = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return why the broker blocks publishers here, such as "low on memory"; null while it does not} */
    public @Nullable String blocked() {
        return blocked.reason();
    }

    /**
     * {@return whether all channels have been attached} Before that nothing may be published: the first message would
     * make a broker that is short of memory block the connection before the other channels are open.
     */
    public boolean usable() {
        return usable;
    }

    /** Lets the channels finish, closes the connection and waits until that is done. */
    public void stop() {
        channels.forEach(RecoveringChannel::beforeClose);
        Loop running;
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
            running = supervisor;
        } finally {
            lock.unlock();
        }
        if (running == null) {
            task.close();
            return;
        }
        if (connecting) {
            running.close();
        }
        running.close(STOP_TIMEOUT);
        connectivity.down(name, "stopped");
    }

    /**
     * Serves one connection from its beginning to its end. The loop handles an Error, and begins with a new connection.
     */
    private boolean serveOnce() {
        try {
            connecting = true;
            Connection connection = broker.connect(name);
            connecting = false;
            try {
                serve(connection);
            } catch (Error e) {
                up = false;
                connectivity.down(name, e.getClass().getSimpleName());
                throw e;
            } finally {
                Failures.closeQuietly(connection);
            }
        } catch (IOException | TimeoutException | RuntimeException e) {
            connecting = false;
            failed("Cannot connect to " + broker, e);
        }
        return false;
    }

    private void serve(Connection connection) {
        usable = false;
        connection.addShutdownListener(_ -> wake());
        blocked.forget();
        connection.addBlockedListener(blocked);
        while (!stopped() && connection.isOpen()) {
            if (!awaitUnblocked(connection)) {
                continue;
            }
            try {
                attachAll(connection);
            } catch (IOException | RuntimeException e) {
                failed("Cannot use " + broker, e);
                continue;
            }
            awaitTrouble(connection);
            if (!stopped() && !takeAdded()) {
                String reason = whatBroke(connection);
                up = false;
                connectivity.down(name, reason);
                warning.log("[GATEWAY][RMQ] " + name + ": lost " + broker + ": " + reason);
                pause();
            }
        }
    }

    /** While the broker blocks the connection it answers nothing: a channel that is opened now would time out. */
    private boolean awaitUnblocked(Connection connection) {
        lock.lock();
        try {
            while (!stopped && connection.isOpen() && blocked.reason() != null) {
                task.moved();
                changed.await(Loop.BEAT.toNanos(), TimeUnit.NANOSECONDS);
            }
            return !stopped && connection.isOpen();
        } catch (InterruptedException _) {
            // Only stop() interrupts, and the loop checks that next.
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void attachAll(Connection connection) throws IOException {
        takeAdded();
        preparation.prepare(connection);
        for (RecoveringChannel channel : channels) {
            if (channel.detached()) {
                channel.attach(connection, this::wake);
            }
        }
        backoff.succeeded(System.nanoTime());
        warning.forget();
        task.succeeded();
        LOGGER.log(up ? Level.DEBUG : Level.INFO, () -> "[GATEWAY][RMQ] " + name + ": connected to " + broker);
        up = true;
        usable = true;
        connectivity.up(name);
    }

    private void awaitTrouble(Connection connection) {
        lock.lock();
        try {
            while (!stopped && !added && connection.isOpen()
                    && channels.stream().noneMatch(RecoveringChannel::detached)) {
                task.moved();
                changed.await(Loop.BEAT.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException _) {
            // Only stop() interrupts, and the loop checks that next.
        } finally {
            lock.unlock();
        }
    }

    private String whatBroke(Connection connection) {
        if (!connection.isOpen()) {
            return Failures.inWords(connection.getCloseReason());
        }
        return channels.stream().filter(RecoveringChannel::detached).map(RecoveringChannel::lostBecause).findFirst()
                .orElse("unknown reason");
    }

    private void failed(String what, Exception problem) {
        String reason = Failures.inWords(problem);
        up = false;
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
                task.moved();
                long wait = Math.min(nanos, Loop.BEAT.toNanos());
                nanos -= wait - changed.awaitNanos(wait);
            }
        } catch (InterruptedException _) {
            // Only stop() interrupts, and the loop checks that next.
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
