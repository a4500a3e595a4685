package ulens.gateway.rabbitmq;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** One state out of the states of all links: connected when every link is up. */
final class Connectivity {

    private static final Logger LOGGER = System.getLogger(Connectivity.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Boolean> links = new HashMap<>();
    private final ConnectionListener listener;
    private volatile boolean connected;

    Connectivity(ConnectionListener listener) {
        this.listener = listener;
    }

    boolean connected() {
        return connected;
    }

    void register(String link) {
        report(link, false, "not connected yet");
    }

    void up(String link) {
        report(link, true, "");
    }

    void down(String link, String reason) {
        report(link, false, reason);
    }

    private void report(String link, boolean up, String reason) {
        // Held over the callback, so that the listener hears the changes in their order.
        lock.lock();
        try {
            links.put(link, up);
            boolean now = !links.containsValue(false);
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
