package ulens.gateway.socketio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What the application set to be done about one socket. Written seldom, read for each event. */
final class HandlerTable {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Map<String, EventHandler> events = Map.of();
    private volatile List<Consumer<String>> farewells = List.of();

    void on(String event, EventHandler handler) {
        lock.lock();
        try {
            Map<String, EventHandler> more = new HashMap<>(events);
            more.merge(event, handler, EventHandler::andThen);
            events = Map.copyOf(more);
        } finally {
            lock.unlock();
        }
    }

    void onDisconnect(Consumer<String> handler) {
        lock.lock();
        try {
            List<Consumer<String>> more = new ArrayList<>(farewells);
            more.add(handler);
            farewells = List.copyOf(more);
        } finally {
            lock.unlock();
        }
    }

    /** {@return what to do with an event, or null} */
    EventHandler of(String event) {
        return events.get(event);
    }

    List<Consumer<String>> farewells() {
        return farewells;
    }
}
