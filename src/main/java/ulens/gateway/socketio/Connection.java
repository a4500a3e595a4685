package ulens.gateway.socketio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.SessionListener;

/**
 * The Socket.IO side of one Engine.IO session, with the sockets of its client.
 * <p>
 * Packets are decoded by the session's reader and handled one by one in the mailbox, whose thread is the only one that
 * changes {@link #sockets}. Answers to our own events do not wait in the mailbox, or no handler could wait for them.
 */
final class Connection implements SessionListener {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    private final SocketIoServer server;
    private final EngineSession session;
    private final PacketDecoder decoder;
    private final Mailbox mailbox;
    /**
     * By namespace. Holds a socket also after the server has disconnected it: what its client sent before it heard of
     * that is to be ignored, not to be taken for a violation.
     */
    private volatile Map<String, Socket> sockets = Map.of();
    /** Why all is over; null while it is not. */
    private volatile String endReason;
    /** Whether what has come but was not handled yet is to be dropped. */
    private volatile boolean deaf;
    private volatile Future<?> connectDeadline;
    private boolean connectSeen;

    Connection(SocketIoServer server, EngineSession session) {
        this.server = server;
        this.session = session;
        decoder = server.newDecoder();
        mailbox = server.newMailbox();
    }

    EngineSession session() {
        return session;
    }

    void expectConnect() {
        connectDeadline = server.timer().after(server.connectTimeout(), session::close);
    }

    @Override
    public void onText(String text) {
        receive(() -> decoder.text(text));
    }

    @Override
    public void onBinary(byte[] bytes) {
        receive(() -> decoder.binary(bytes));
    }

    @Override
    public void onClose(String reason) {
        cancelDeadline();
        end(reason);
        mailbox.add(() -> {
            runDisconnectHandlers();
            sockets = Map.of();
            server.closed(this);
        });
    }

    /** Puts the client out of one namespace. */
    void disconnect(Socket socket) {
        if (socket.end(DisconnectReason.SERVER_NAMESPACE)) {
            session.send(server.encoder().disconnect(socket.namespace().name()));
            mailbox.add(this::runDisconnectHandlers);
        }
    }

    /** Puts the client out of all namespaces and closes the session. */
    void disconnectAll() {
        deaf = true;
        markEnded(DisconnectReason.SERVER_NAMESPACE);
        sockets.values().forEach(this::disconnect);
        session.close();
    }

    private void receive(Supplier<Packet> decoding) {
        if (deaf) {
            return;
        }
        try {
            Packet packet = decoding.get();
            if (packet == null) {
                require(connectSeen, "attachments announced before CONNECT");
            } else {
                connectSeen |= packet.type() == PacketType.CONNECT;
                deliver(packet);
            }
        } catch (MalformedPacketException violation) {
            put(0, () -> refuse(violation));
        }
    }

    private void deliver(Packet packet) {
        Socket socket = sockets.get(packet.namespace());
        if (packet.type() == PacketType.ACK && socket != null) {
            socket.answered(packet.id(), List.copyOf(packet.payload().values()));
        } else {
            put(packet.weight(), () -> handle(packet));
        }
    }

    private void put(int weight, Runnable task) {
        try {
            mailbox.put(weight, task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.close();
        }
    }

    private void handle(Packet packet) {
        if (deaf) {
            return;
        }
        try {
            Socket socket = sockets.get(packet.namespace());
            require(socket != null || packet.type() == PacketType.CONNECT, "namespace is not connected");
            switch (packet.type()) {
                case CONNECT -> connect(packet, socket);
                case EVENT -> event(packet, socket);
                case DISCONNECT -> leave(socket);
                default -> socket.answered(packet.id(), List.copyOf(packet.payload().values()));
            }
        } catch (MalformedPacketException violation) {
            refuse(violation);
        }
    }

    private void connect(Packet packet, Socket present) {
        require(present == null || !present.connected(), "CONNECT to a connected namespace");
        Namespace namespace = server.find(packet.namespace());
        if (namespace == null) {
            session.send(server.encoder().connectError(packet.namespace(), "Invalid namespace", null));
        } else if (endReason == null && !session.isClosed()) {
            JsonNode auth = packet.payload() == null ? JsonNodeFactory.instance.objectNode() : packet.payload();
            switch (Handlers.decide(new ConnectRequest(namespace, auth, session.handshake()))) {
                case ConnectDecision.Accept accept -> accept(namespace, auth, accept);
                case ConnectDecision.Drop _ -> session.close();
                case ConnectDecision.Refuse refuse ->
                        session.send(server.encoder().connectError(namespace.name(), refuse.message(), refuse.data()));
            }
        }
    }

    private void accept(Namespace namespace, JsonNode auth, ConnectDecision.Accept accept) {
        runDisconnectHandlers();
        cancelDeadline();
        String sid = accept.sid() == null ? server.newSid() : accept.sid();
        Socket socket = new Socket(this, namespace, sid, auth, accept.attachment());
        session.send(server.encoder().connect(namespace.name(), sid, accept.pid()));
        namespace.add(socket);
        replace(namespace, socket);
        if (endReason != null) {
            socket.end(endReason);
        }
        LOG.log(Level.DEBUG, "[GATEWAY][WS] {0} connected", socket);
        if (!Handlers.connected(socket)) {
            disconnectAll();
        }
    }

    private void event(Packet packet, Socket socket) {
        if (!isPutOut(socket) && !Handlers.event(socket, packet)) {
            disconnectAll();
        }
    }

    private void leave(Socket socket) {
        if (!isPutOut(socket)) {
            socket.end(DisconnectReason.CLIENT_NAMESPACE);
            runDisconnectHandlers();
            replace(socket.namespace(), null);
        }
    }

    private void refuse(MalformedPacketException violation) {
        if (!deaf) {
            LOG.log(Level.DEBUG, "[GATEWAY][WS] connection closed: {0}", violation.getMessage());
            deaf = true;
            sockets.values().forEach(socket -> Handlers.violated(socket, violation.getMessage()));
            end(DisconnectReason.PARSE_ERROR);
            runDisconnectHandlers();
            session.close();
        }
    }

    private void replace(Namespace namespace, Socket socket) {
        Map<String, Socket> changed = new HashMap<>(sockets);
        if (socket == null) {
            changed.remove(namespace.name());
        } else {
            changed.put(namespace.name(), socket);
        }
        sockets = Map.copyOf(changed);
    }

    private void end(String reason) {
        markEnded(reason);
        sockets.values().forEach(socket -> socket.end(reason));
    }

    private void markEnded(String reason) {
        if (endReason == null) {
            endReason = reason;
        }
    }

    private void runDisconnectHandlers() {
        for (Socket socket : sockets.values()) {
            if (socket.takeFarewell()) {
                LOG.log(Level.DEBUG, "[GATEWAY][WS] {0} disconnected: {1}", socket, socket.endReason());
                Handlers.disconnected(socket);
            }
        }
    }

    private void cancelDeadline() {
        Future<?> deadline = connectDeadline;
        if (deadline != null) {
            deadline.cancel(false);
            connectDeadline = null;
        }
    }

    private static boolean isPutOut(Socket socket) {
        return DisconnectReason.SERVER_NAMESPACE.equals(socket.endReason());
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new MalformedPacketException(otherwise);
        }
    }
}
