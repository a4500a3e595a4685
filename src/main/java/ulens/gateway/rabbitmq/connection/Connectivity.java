package ulens.gateway.rabbitmq.connection;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** One state for all connections: connected when each of them is up. */
public final class Connectivity {

    private static final Logger LOGGER = System.getLogger(Connectivity.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Boolean> connections = new HashMap<>();
    private final ConnectionListener listener;
    private volatile boolean connected;

    /**
     * Starts as not connected.
     *
     * @param listener
     *            called for each change, in order
     */
    public Connectivity(ConnectionListener listener) {
        this.listener = listener;
    }

    /** {@return whether all connections are up; false while there is none} */
    public boolean connected() {
        return connected;
    }

    void register(String connection) {
        report(connection, false, "not connected yet");
    }

    void up(String connection) {
        report(connection, true, "");
    }

    void down(String connection, String reason) {
        report(connection, false, reason);
    }

    private void report(String connection, boolean up, String reason) {
        // Held over the callback, so that the listener hears the changes in their order.
        lock.lock();
        try {
            connections.put(connection, up);
            boolean now = !connections.containsValue(false);
            if (now == connected) {
                return;
            }
            connected = now;
            if (now) {
                listener.connected();
            } else {
                listener.disconnected(reason);
            }
        } catch (RuntimeException e) {
            LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] A connection listener failed", e);
        } finally {
            lock.unlock();
        }
    }
}
