package ulens.gateway.socketio;

import java.util.Collection;
import java.util.Iterator;

/** The sockets of a namespace that joined under one name. A room is there as soon as it is named. */
public final class Room {
    private final Namespace namespace;
    private final String name;

    Room(Namespace namespace, String name) {
        this.namespace = namespace;
        this.name = name;
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return the sockets in it now, a view that changes with it} */
    public Collection<Socket> sockets() {
        return namespace.members(name);
    }

    /** {@return how many sockets are in it} */
    public int size() {
        return sockets().size();
    }

    /**
     * Sends an event to all sockets in it.
     *
     * @param event
     *            made by the same namespace
     */
    public void emit(EncodedEvent event) {
        sockets().forEach(socket -> socket.emit(event));
    }

    /**
     * Sends an event to all sockets in it; encoded once, and not at all for nobody.
     *
     * @param event
     *            its name
     * @param args
     *            as for {@link Socket#emit(String, Object...)}
     */
    public void emit(String event, Object... args) {
        Iterator<Socket> sockets = sockets().iterator();
        if (sockets.hasNext()) {
            EncodedEvent encoded = namespace.encode(event, args);
            sockets.forEachRemaining(socket -> socket.emit(encoded));
        }
    }
}
