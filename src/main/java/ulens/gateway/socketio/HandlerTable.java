package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The handlers that the application has set for one socket. Written seldom, read for each event. */
final class HandlerTable {
    private static final EventGate OPEN = (_, _) -> true;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile Map<String, EventHandler> events = Map.of();
    private volatile List<Consumer<String>> disconnected = List.of();
    private volatile EventGate gate = OPEN;

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
            List<Consumer<String>> more = new ArrayList<>(disconnected);
            more.add(handler);
            disconnected = List.copyOf(more);
        } finally {
            lock.unlock();
        }
    }

    /** {@return the handler of an event, or null} */
    @Nullable
    EventHandler of(String event) {
        return events.get(event);
    }

    List<Consumer<String>> onDisconnect() {
        return disconnected;
    }

    void gate(EventGate given) {
        gate = given;
    }

    EventGate gate() {
        return gate;
    }
}
