package ulens.gateway.socketio;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** One of the channels that share a client's connection. Made by {@link SocketIoServer#namespace}. */
public final class Namespace {
    private final SocketIoServer server;
    private final String name;
    private final List<Consumer<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<String, Set<Socket>> rooms = new ConcurrentHashMap<>();
    private volatile BiConsumer<Socket, String> violationHandler = (_, _) -> {
    };
    private volatile Admission admission = request -> ConnectDecision.accept();

    Namespace(SocketIoServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /** {@return its name, with the leading slash} */
    public String name() {
        return name;
    }

    /**
     * Sets who may connect. Without this, everyone may.
     *
     * @param admission
     *            decides about each client
     *
     * @return this namespace
     */
    public Namespace onConnect(Admission admission) {
        this.admission = Objects.requireNonNull(admission);
        return this;
    }

    /**
     * Adds what to do with each new socket, after its CONNECT was answered and before its first event is handled: set
     * its handlers, join rooms, emit. Runs like an {@link EventHandler}.
     *
     * @param handler
     *            takes the socket
     *
     * @return this namespace
     */
    public Namespace onConnection(Consumer<Socket> handler) {
        connectionHandlers.add(Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Sets what to do when a client sends what the protocol does not allow, before its connection is closed for that:
     * what the handler emits still reaches the client. Without this, it is not told why.
     *
     * @param handler
     *            takes the socket and what was wrong, in words
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
    public EncodedEvent encode(String event, Object... args) {
        return new EncodedEvent(this, server.encoder().event(name, Packet.NO_ID, event, args));
    }

    /** {@return the connected sockets, a view that changes with them} */
    public Collection<Socket> sockets() {
        return Collections.unmodifiableSet(sockets);
    }

    /**
     * Sends an event to all sockets.
     *
     * @param event
     *            its name
     * @param args
     *            as for {@link Socket#emit(String, Object...)}
     */
    public void emit(String event, Object... args) {
        if (!sockets.isEmpty()) {
            EncodedEvent encoded = encode(event, args);
            sockets.forEach(socket -> socket.emit(encoded));
        }
    }

    /**
     * Names a room.
     *
     * @param room
     *            any name
     *
     * @return the room
     */
    public Room room(String room) {
        return new Room(this, Objects.requireNonNull(room));
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

    SocketIoServer server() {
        return server;
    }

    void add(Socket socket) {
        sockets.add(socket);
    }

    void remove(Socket socket) {
        sockets.remove(socket);
    }

    Collection<Socket> members(String room) {
        Set<Socket> members = rooms.get(room);
        return members == null ? Set.of() : Collections.unmodifiableSet(members);
    }

    int roomCount() {
        return rooms.size();
    }

    void enter(String room, Socket socket) {
        rooms.compute(room, (name, members) -> {
            Set<Socket> joined = members == null ? ConcurrentHashMap.newKeySet(2) : members;
            joined.add(socket);
            return joined;
        });
    }

    void exit(String room, Socket socket) {
        rooms.computeIfPresent(room, (name, members) -> {
            members.remove(socket);
            return members.isEmpty() ? null : members;
        });
    }
}
