package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import ulens.gateway.engineio.request.Handshake;
import ulens.gateway.limits.LogText;
import ulens.gateway.socketio.packet.ReservedEvents;

import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** A client in one namespace. All methods may be called from any thread. */
public final class Socket extends Emitter {
    private final Owner connection;
    private final Membership<Socket> membership;
    private final String id;
    private volatile JsonNode auth;
    private final @Nullable Object attachment;
    private final HandlerTable handlers = new HandlerTable();
    private boolean farewell;

    Socket(Owner connection, Route route, MemberIndex<Socket> index, String id, JsonNode auth,
            @Nullable Object attachment) {
        super(route);
        this.connection = connection;
        this.membership = new Membership<>(index);
        this.id = id;
        this.auth = auth;
        this.attachment = attachment;
    }

    /** The connection of the client, which its sockets in all namespaces share. */
    interface Owner {
        /** Disconnects the client from one namespace. */
        void disconnect(Socket socket);

        /** Disconnects the client from all namespaces and closes the session. */
        void disconnectAll();
    }

    /** {@return its id, known to the client} */
    public String id() {
        return id;
    }

    /** {@return the HTTP request that opened the connection} */
    public Handshake handshake() {
        return session().handshake();
    }

    /**
     * {@return the auth payload of the client, an object; holds credentials, so it must never be logged} It is there
     * for the connection handlers only: afterwards it is empty.
     */
    public JsonNode auth() {
        return auth;
    }

    void forgetAuth() {
        auth = JsonNodeFactory.instance.objectNode();
    }

    /** {@return the object that the {@link Admission} has attached} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Adds a handler of an event. Several handlers of one event run in the order in which they were set; an event
     * without a handler is ignored.
     *
     * @param event
     *            its name
     * @param handler
     *            runs for each such event
     *
     * @return this socket
     */
    public Socket on(String event, EventHandler handler) {
        handlers.on(ReservedEvents.require(event), Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Sets a gate that decides about each event before it is handled, including events without a handler; meant for
     * limits. Without a gate every event is handled.
     *
     * @param gate
     *            decides
     *
     * @return this socket
     */
    public Socket gate(EventGate gate) {
        handlers.gate(Objects.requireNonNull(gate));
        return this;
    }

    /**
     * Adds a handler of the end of the socket. It runs exactly once, like an {@link EventHandler}, after all event
     * handlers; it never runs if it is added after that.
     *
     * @param handler
     *            gets the reason: "transport close", "transport error", "ping timeout", "parse error", "forced close",
     *            "slow client", "client namespace disconnect", "server namespace disconnect" or "server shutting down"
     *
     * @return this socket
     */
    public Socket onDisconnect(Consumer<String> handler) {
        handlers.onDisconnect(Objects.requireNonNull(handler));
        return this;
    }

    /**
     * Joins a room; does nothing once the client is gone.
     *
     * @param room
     *            its name
     */
    public void join(String room) {
        membership.join(room, this);
    }

    /**
     * Leaves a room.
     *
     * @param room
     *            its name
     */
    public void leave(String room) {
        membership.leave(room, this);
    }

    /** {@return the names of the rooms it is in; none once the client is gone} */
    public Set<String> rooms() {
        return membership.rooms();
    }

    /** Disconnects the client from this namespace; its connection stays open for other namespaces. */
    public void disconnect() {
        disconnect(false);
    }

    /**
     * Disconnects the client from this namespace, or from all.
     *
     * @param closeConnection
     *            whether to disconnect it from all namespaces and to close the connection, after queued messages are
     *            written
     */
    public void disconnect(boolean closeConnection) {
        if (closeConnection) {
            connection.disconnectAll();
        } else {
            connection.disconnect(this);
        }
    }

    /**
     * Closes the client's connection after queued messages are written, without a DISCONNECT, so that stock clients
     * reconnect by themselves.
     */
    public void dropConnection() {
        session().close();
    }

    @Override
    public String toString() {
        return "Socket[" + namespace() + ", " + LogText.of(id) + "]";
    }

    HandlerTable handlers() {
        return handlers;
    }

    /**
     * {@return whether this call ended it} Leaves all rooms at once; the connection runs the disconnect handlers.
     */
    @Override
    boolean end(String reason) {
        if (!super.end(reason)) {
            return false;
        }
        membership.end(this);
        abandonAnswers();
        return true;
    }

    /**
     * {@return whether its disconnect handlers are due} True only once. Called by the thread of the connection's
     * mailbox.
     */
    boolean takeFarewell() {
        boolean due = !connected() && !farewell;
        farewell |= due;
        return due;
    }
}
