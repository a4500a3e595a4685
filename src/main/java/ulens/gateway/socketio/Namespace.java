package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.socketio.packet.PacketEncoder;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A namespace: one of the channels that share a client's connection. Made by {@link SocketIoServer#namespace}. */
public final class Namespace {
    private final PacketEncoder encoder;
    private final String name;
    private final MemberIndex<Socket> index = new MemberIndex<>();
    private final List<Consumer<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
    private volatile BiConsumer<Socket, String> violationHandler = (_, _) -> {
    };
    private volatile Admission admission = request -> ConnectDecision.accept();

    Namespace(PacketEncoder encoder, String name) {
        this.encoder = encoder;
        this.name = name;
    }

    /** {@return its name, with the leading slash} */
    public String name() {
        return name;
    }

    /**
     * Sets the decision about who may connect. Without it, everyone may.
     *
     * @param admission
     *            decides for each client
     *
     * @return this namespace
     */
    public Namespace onConnect(Admission admission) {
        this.admission = Objects.requireNonNull(admission);
        return this;
    }

    /**
     * Adds a handler of new sockets. It runs after the CONNECT was answered and before the first event is handled, and
     * may set handlers, join rooms and emit. Runs like an {@link EventHandler}.
     *
     * @param handler
     *            gets the socket
     *
     * @return this namespace
     */
    public Namespace onConnection(Consumer<Socket> handler) {
        connectionHandlers.add(Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Sets a handler of protocol violations. It runs before the connection of the client is closed, and events that it
     * emits still reach the client. Without it, the client does not learn the reason.
     *
     * @param handler
     *            gets the socket and a description of the violation
     *
     * @return this namespace
     */
    public Namespace onViolation(BiConsumer<Socket, String> handler) {
        violationHandler = Objects.requireNonNull(handler);
        return this;
    }

    /**
     * Encodes an event once, for any number of sockets of this namespace.
     *
     * @param event
     *            its name
     * @param args
     *            as for {@link Socket#emit(String, Object...)}
     *
     * @return the event
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public EncodedEvent encode(String event, @Nullable Object... args) {
        return EncodedEvent.of(encoder, name, event, args);
    }

    /** {@return the connected sockets, a view that changes with them} */
    public Collection<Socket> sockets() {
        return index.all();
    }

    /**
     * Sends an event to all sockets.
     *
     * @param event
     *            its name
     * @param args
     *            as for {@link Socket#emit(String, Object...)}
     */
    public void emit(String event, @Nullable Object... args) {
        if (!sockets().isEmpty()) {
            EncodedEvent encoded = encode(event, args);
            sockets().forEach(socket -> socket.emit(encoded));
        }
    }

    /**
     * Gets a room by its name.
     *
     * @param room
     *            any name
     *
     * @return the room
     */
    public Room room(String room) {
        return new Room(Objects.requireNonNull(room), name, index, encoder);
    }

    @Override
    public String toString() {
        return "Namespace[" + name + "]";
    }

    BiConsumer<Socket, String> violationHandler() {
        return violationHandler;
    }

    Admission admission() {
        return admission;
    }

    List<Consumer<Socket>> connectionHandlers() {
        return connectionHandlers;
    }

    MemberIndex<Socket> index() {
        return index;
    }
}
