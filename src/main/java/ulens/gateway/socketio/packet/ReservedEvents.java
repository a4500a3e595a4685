package ulens.gateway.socketio.packet;

import java.util.Set;

/** The event names that the stock client or server uses itself, and that may therefore not be sent. */
public final class ReservedEvents {
    private static final Set<String> NAMES = Set.of("connect", "connect_error", "disconnect", "disconnecting",
            "newListener", "removeListener");

    private ReservedEvents() {
    }

    static boolean contains(String event) {
        return NAMES.contains(event);
    }

    /**
     * Checks a name before it is sent.
     *
     * @param event
     *            the name
     *
     * @return the name itself
     *
     * @throws IllegalArgumentException
     *             if it is reserved
     */
    public static String require(String event) {
        if (contains(event)) {
            throw new IllegalArgumentException("event name is reserved: " + event);
        }
        return event;
    }
}
