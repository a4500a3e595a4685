package ulens.gateway.rabbitmq.connection;

import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Backoff;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection that consumes and another one that publishes: a broker short of memory or disk stops reading from
 * connections that publish, which must not hold up acks. Each connects when its first channel is added.
 */
public final class Connections {

    /** The longest pause between two attempts to connect, as a multiple of the first. */
    private static final int LONGEST_PAUSE = 5;

    private final String name;
    private final BrokerAddress broker;
    private final Preparation preparation;
    private final Duration recoveryInterval;
    private final Connectivity connectivity;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable RecoveringConnection consuming;
    private volatile @Nullable RecoveringConnection publishing;

    /**
     * Creates both without connecting.
     *
     * @param name
     *            name of the connections in the broker's lists and in logs; each adds its role to it
     * @param broker
     *            the address
     * @param preparation
     *            prepares each connection before it is used
     * @param recoveryInterval
     *            the first pause after a failure; pauses double up to five times this
     * @param listener
     *            called when both are usable, and when one of them is not
     */
    public Connections(String name, BrokerAddress broker, Preparation preparation, Duration recoveryInterval,
            ConnectionListener listener) {
        this.name = name;
        this.broker = broker;
        this.preparation = preparation;
        this.recoveryInterval = recoveryInterval;
        this.connectivity = new Connectivity(listener);
    }

    /** {@return the connection that consumes} */
    public RecoveringConnection consuming() {
        lock.lock();
        try {
            if (consuming == null) {
                consuming = create("consume");
            }
            return consuming;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the connection that publishes} */
    public RecoveringConnection publishing() {
        lock.lock();
        try {
            if (publishing == null) {
                publishing = create("publish");
            }
            return publishing;
        } finally {
            lock.unlock();
        }
    }

    private RecoveringConnection create(String role) {
        return new RecoveringConnection(name + "-" + role, broker, preparation,
                new Backoff(recoveryInterval, recoveryInterval.multipliedBy(LONGEST_PAUSE)), connectivity);
    }

    /** {@return whether every connection that is in use is up, prepared, and has all its channels} */
    public boolean connected() {
        return connectivity.connected();
    }

    /** {@return whether it is connected and the broker does not block publishers} */
    public boolean takesPublications() {
        RecoveringConnection current = publishing;
        return connectivity.connected() && current != null && current.blocked() == null;
    }

    /**
     * Repeats the preparation soon, without waiting for it, on the consuming connection, since the other may be
     * blocked.
     */
    public void prepareAgain() {
        lock.lock();
        try {
            RecoveringConnection current = consuming == null ? publishing : consuming;
            if (current != null) {
                current.attachAgain();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets the channels finish and closes the connections; publishing first, since an ack may wait for a confirm. */
    public void stop() {
        RecoveringConnection first;
        RecoveringConnection second;
        lock.lock();
        try {
            first = publishing;
            second = consuming;
        } finally {
            lock.unlock();
        }
        if (first != null) {
            first.stop();
        }
        if (second != null) {
            second.stop();
        }
    }
}
