package ulens.gateway.socketio;

import java.util.Set;

/** The event names that mean something to the stock client or server and so may not travel. */
final class ReservedEvents {
    private static final Set<String> NAMES = Set.of("connect", "connect_error", "disconnect", "disconnecting",
            "newListener", "removeListener");

    private ReservedEvents() {
    }

    static boolean contains(String event) {
        return NAMES.contains(event);
    }

    /** {@return the name itself} @throws IllegalArgumentException if it is reserved */
    static String require(String event) {
        if (contains(event)) {
            throw new IllegalArgumentException("event name is reserved: " + event);
        }
        return event;
    }
}
