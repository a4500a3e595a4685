package ulens.gateway.socketio;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;

import ulens.gateway.engineio.EngineMessage;
import ulens.gateway.engineio.Handshake;

/**
 * A client in one namespace. All methods may be called from any thread.
 * <p>
 * Arguments of events and acks may be: null, String, Number, Boolean, {@link JsonNode}, {@link RawJson}, {@code byte[]}
 * (sent as a binary attachment, at any depth), and whatever Jackson can write: maps, lists, records.
 */
public final class Socket {
    private final Connection connection;
    private final Namespace namespace;
    private final String id;
    private final JsonNode auth;
    private final Object attachment;
    private final HandlerTable handlers = new HandlerTable();
    private final PendingAcks acks = new PendingAcks();
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private final Membership membership = new Membership(this);
    private boolean farewell;

    Socket(Connection connection, Namespace namespace, String id, JsonNode auth, Object attachment) {
        this.connection = connection;
        this.namespace = namespace;
        this.id = id;
        this.auth = auth;
        this.attachment = attachment;
    }

    /** {@return its id, known to the client} */
    public String id() {
        return id;
    }

    /** {@return its namespace} */
    public Namespace namespace() {
        return namespace;
    }

    /** {@return the HTTP request that opened the connection} */
    public Handshake handshake() {
        return connection.session().handshake();
    }

    /** {@return the auth payload of the client, an object; holds credentials, so it must never be logged} */
    public JsonNode auth() {
        return auth;
    }

    /** {@return what the {@link Admission} attached} */
    public Object attachment() {
        return attachment;
    }

    /** {@return whether the client is still there, as far as the server knows} */
    public boolean connected() {
        return endReason.get() == null;
    }

    /**
     * Sets what to do with an event. Several handlers of one event run in the order in which they were set; an event
     * without a handler is ignored.
     *
     * @param event
     *            its name
     * @param handler
     *            runs for each
     *
     * @return this socket
     */
    public Socket on(String event, EventHandler handler) {
        handlers.on(ReservedEvents.require(event), Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Adds what to do once the client is gone. Runs exactly once, like an {@link EventHandler}, after the last of them;
     * never if it is added after that.
     *
     * @param handler
     *            takes the reason: "transport close", "transport error", "ping timeout", "parse error", "forced close",
     *            "slow client", "client namespace disconnect", "server namespace disconnect" or "server shutting down"
     *
     * @return this socket
     */
    public Socket onDisconnect(Consumer<String> handler) {
        handlers.onDisconnect(Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Sends an event. Never blocks.
     *
     * @param event
     *            its name
     * @param args
     *            see the class comment
     *
     * @return false if the client is gone; true promises nothing but an attempt
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public boolean emit(String event, Object... args) {
        return connected() && send(server().encoder().event(namespace.name(), Packet.NO_ID, event, args));
    }

    /**
     * Sends an event that is encoded already. Never blocks.
     *
     * @param event
     *            made by the same namespace
     *
     * @return false if the client is gone; true promises nothing but an attempt
     *
     * @throws IllegalArgumentException
     *             if another namespace made it
     */
    public boolean emit(EncodedEvent event) {
        requireOwn(event);
        return connected() && send(event.messages());
    }

    /**
     * Sends events that are encoded already, in one go. Never blocks.
     *
     * @param events
     *            made by the same namespace, in this order
     *
     * @return false if the client is gone; true promises nothing but an attempt
     *
     * @throws IllegalArgumentException
     *             if another namespace made one of them
     */
    public boolean emit(List<EncodedEvent> events) {
        events.forEach(this::requireOwn);
        return connected() && send(
                events.stream().map(EncodedEvent::messages).flatMap(Arrays::stream).toArray(EngineMessage[]::new));
    }

    private void requireOwn(EncodedEvent event) {
        if (event.namespace() != namespace) {
            throw new IllegalArgumentException("event was encoded for " + event.namespace());
        }
    }

    /**
     * Sends an event and asks for an answer. Handlers may wait for it.
     *
     * @param timeout
     *            how long the answer may take
     * @param event
     *            its name
     * @param args
     *            see the class comment
     *
     * @return the answer's arguments; ends with a {@link java.util.concurrent.TimeoutException} or, if the client goes,
     *         a {@link DisconnectedException}. Ends on a virtual thread of its own
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public CompletableFuture<List<JsonNode>> emitWithAck(Duration timeout, String event, Object... args) {
        long ackId = acks.nextId();
        return ask(timeout, ackId, server().encoder().event(namespace.name(), ackId, event, args));
    }

    /**
     * Sends an event that is encoded already, and asks for an answer.
     *
     * @param timeout
     *            how long the answer may take
     * @param event
     *            made by the same namespace
     *
     * @return as of {@link #emitWithAck(Duration, String, Object...)}
     *
     * @throws IllegalArgumentException
     *             if another namespace made it
     */
    public CompletableFuture<List<JsonNode>> emitWithAck(Duration timeout, EncodedEvent event) {
        requireOwn(event);
        long ackId = acks.nextId();
        return ask(timeout, ackId, event.messages(ackId));
    }

    private CompletableFuture<List<JsonNode>> ask(Duration timeout, long ackId, EngineMessage... messages) {
        CompletableFuture<List<JsonNode>> answer = acks.expect(ackId, timeout, server().timer());
        if (!connected() || !send(messages)) {
            acks.fail(ackId, new DisconnectedException(Objects.requireNonNullElse(endReason(), "transport close")));
        }
        return answer;
    }

    /** {@return whether less is queued for the connection than its soft limit; who has a choice sends only then} */
    public boolean hasRoom() {
        return connection.session().hasRoom();
    }

    /**
     * Waits until {@link #hasRoom()} or the end of the connection.
     *
     * @return true for room, false if the client is gone
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    public boolean awaitRoom() throws InterruptedException {
        return connected() && connection.session().awaitRoom() && connected();
    }

    /**
     * Runs an action once the client has proved that it received all that was sent before this call. The action never
     * runs if the connection ends first.
     *
     * @param action
     *            what to run; must be quick
     */
    public void whenReceived(Runnable action) {
        connection.session().whenReceived(action);
    }

    /**
     * Joins a room; does nothing once the client is gone.
     *
     * @param room
     *            its name
     */
    public void join(String room) {
        membership.join(room);
    }

    /**
     * Leaves a room.
     *
     * @param room
     *            its name
     */
    public void leave(String room) {
        membership.leave(room);
    }

    /** {@return the names of the rooms it is in; none once the client is gone} */
    public Set<String> rooms() {
        return membership.rooms();
    }

    /** Puts the client out of this namespace; its connection stays open for others. */
    public void disconnect() {
        disconnect(false);
    }

    /**
     * Puts the client out of this namespace, or of all.
     *
     * @param closeConnection
     *            whether to leave all its namespaces and close the connection, after what is queued has been written
     */
    public void disconnect(boolean closeConnection) {
        if (closeConnection) {
            connection.disconnectAll();
        } else {
            connection.disconnect(this);
        }
    }

    /**
     * Closes the client's connection, after what is queued has been written, without putting it out of its namespaces:
     * stock clients come back by themselves.
     */
    public void dropConnection() {
        connection.session().close();
    }

    @Override
    public String toString() {
        return "Socket[" + namespace.name() + ", " + LogText.of(id) + "]";
    }

    SocketIoServer server() {
        return namespace.server();
    }

    EventHandler handler(String event) {
        return handlers.of(event);
    }

    List<Consumer<String>> disconnectHandlers() {
        return handlers.farewells();
    }

    String endReason() {
        return endReason.get();
    }

    boolean send(EngineMessage... messages) {
        return connection.session().send(messages);
    }

    void answered(long ackId, List<JsonNode> args) {
        acks.answer(ackId, args);
    }

    /**
     * {@return whether this call ended it} Leaves all rooms at once; the disconnect handlers are run by the connection.
     */
    boolean end(String reason) {
        if (!endReason.compareAndSet(null, reason)) {
            return false;
        }
        membership.end();
        namespace.remove(this);
        acks.failAll(new DisconnectedException(reason));
        return true;
    }

    /** {@return whether its disconnect handlers are due} True only once; for the thread of the connection's mailbox. */
    boolean takeFarewell() {
        boolean due = !connected() && !farewell;
        farewell |= due;
        return due;
    }
}
