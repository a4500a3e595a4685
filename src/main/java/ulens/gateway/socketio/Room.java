package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.socketio.packet.PacketEncoder;

import java.util.Collection;
import java.util.Iterator;

/** The sockets of a namespace that have joined a room. A room needs no creation. */
public final class Room {
    private final String name;
    private final String namespace;
    private final MemberIndex<Socket> index;
    private final PacketEncoder encoder;

    Room(String name, String namespace, MemberIndex<Socket> index, PacketEncoder encoder) {
        this.name = name;
        this.namespace = namespace;
        this.index = index;
        this.encoder = encoder;
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return the sockets in it now, a view that changes with it} */
    public Collection<Socket> sockets() {
        return index.in(name);
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
     * Sends an event to all sockets in it. It is encoded once, or not at all if the room is empty.
     *
     * @param event
     *            its name
     * @param args
     *            as for {@link Socket#emit(String, Object...)}
     */
    public void emit(String event, @Nullable Object... args) {
        Iterator<Socket> sockets = sockets().iterator();
        if (sockets.hasNext()) {
            EncodedEvent encoded = EncodedEvent.of(encoder, namespace, event, args);
            sockets.forEachRemaining(socket -> socket.emit(encoded));
        }
    }
}
