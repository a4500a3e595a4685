package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.SessionListener;
import ulens.gateway.socketio.packet.MalformedPacketException;
import ulens.gateway.socketio.packet.Packet;
import ulens.gateway.socketio.packet.PacketDecoder;
import ulens.gateway.socketio.packet.PacketType;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The Socket.IO side of one Engine.IO session, with the sockets of its client.
 * <p>
 * Packets are decoded by the session's reader and handled one by one on the thread of the mailbox. Answers to our own
 * events do not pass through the mailbox, otherwise no handler could wait for them.
 */
final class Connection implements SessionListener, Socket.Owner {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    private final ServerContext context;
    private final EngineSession session;
    private final Consumer<Connection> whenOver;
    private final PacketDecoder decoder;
    private final Mailbox mailbox;
    private final ClientSockets sockets = new ClientSockets();
    /** Why the connection has ended; null while it is open. */
    private volatile @Nullable String endReason;
    /** Whether packets that have come but were not handled yet are to be dropped. */
    private volatile boolean deaf;
    /**
     * The deadline for joining a namespace; null while the client is in one. Set by the mailbox's thread only, like the
     * trust in the client: a deadline that another thread sets during a join, or at the end, would disconnect a client
     * that has joined, or never be cancelled.
     */
    private @Nullable Future<?> joinDeadline;

    /**
     * @param context
     *            the objects that all connections of the server share
     * @param session
     *            carries its messages
     * @param whenOver
     *            called with this connection once its last handler has ended
     */
    Connection(ServerContext context, EngineSession session, Consumer<Connection> whenOver) {
        this.context = context;
        this.session = session;
        this.whenOver = whenOver;
        session.inboundShare().distrust(context.maxPayloadBeforeJoin());
        session.admitted(false);
        decoder = context.newDecoder(session.inboundShare());
        mailbox = context.newMailbox();
    }

    /** {@return the session, if it carries such a socket} */
    Optional<EngineSession> sessionOf(Predicate<Socket> which) {
        return sockets.anyConnected(which) ? Optional.of(session) : Optional.empty();
    }

    void expectConnect() {
        // ends at once: a client that has never joined gets no time to read what is queued for it
        joinDeadline = context.timer().after(context.connectTimeout(), session::end);
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
        decoder.abandon();
        end(reason);
        mailbox.add(() -> {
            cancelDeadline();
            sockets.runDisconnectHandlers();
            sockets.clear();
            whenOver.accept(this);
        });
    }

    @Override
    public void disconnect(Socket socket) {
        if (socket.end(DisconnectReason.SERVER_NAMESPACE)) {
            session.send(context.encoder().disconnect(socket.namespace()));
            mailbox.add(() -> {
                sockets.runDisconnectHandlers();
                distrustIfAlone();
            });
        }
    }

    @Override
    public void disconnectAll() {
        deaf = true;
        markEnded(DisconnectReason.SERVER_NAMESPACE);
        sockets.forEach((_, socket) -> disconnect(socket));
        session.close();
    }

    private void receive(Supplier<Packet> decoding) {
        if (deaf) {
            return;
        }
        try {
            Packet packet = decoding.get();
            if (packet != null) {
                deliver(packet);
            }
        } catch (MalformedPacketException violation) {
            decoder.abandon();
            put(0, () -> refuse(violation));
        }
    }

    private void deliver(Packet packet) {
        Socket socket = sockets.in(packet.namespace());
        if (packet.type() == PacketType.ACK && socket != null) {
            socket.answered(packet.id(), packet.args());
            session.inboundShare().give(packet.weight());
        } else if (!put(packet.weight(), () -> handleAndLetGo(packet))) {
            session.inboundShare().give(packet.weight());
        }
    }

    private boolean put(long weight, Runnable task) {
        try {
            mailbox.put(weight, task);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.close();
            return false;
        }
    }

    private void handleAndLetGo(Packet packet) {
        try {
            handle(packet);
        } finally {
            session.inboundShare().give(packet.weight());
        }
    }

    private void handle(Packet packet) {
        if (deaf) {
            return;
        }
        try {
            Socket socket = sockets.in(packet.namespace());
            if (packet.type() == PacketType.CONNECT) {
                connect(packet, socket);
                return;
            }
            if (socket == null) {
                throw new MalformedPacketException("namespace is not connected");
            }
            switch (packet.type()) {
                case EVENT -> event(packet, socket);
                case DISCONNECT -> leave(socket);
                default -> socket.answered(packet.id(), packet.args());
            }
        } catch (MalformedPacketException violation) {
            refuse(violation);
        }
    }

    private void connect(Packet packet, @Nullable Socket present) {
        require(present == null || !present.connected(), "CONNECT to a connected namespace");
        Namespace namespace = context.namespaces().find(packet.namespace());
        if (namespace == null) {
            session.send(context.encoder().connectError(packet.namespace(), "Invalid namespace", null));
        } else if (endReason == null && !session.isClosed()) {
            JsonNode auth = packet.payload() == null ? JsonNodeFactory.instance.objectNode() : packet.payload();
            switch (Handlers.decide(namespace, new ConnectRequest(namespace.name(), auth, session.handshake()))) {
                case ConnectDecision.Accept accept -> accept(namespace, auth, accept);
                case ConnectDecision.Drop _ -> session.close();
                case ConnectDecision.Refuse refuse ->
                        session.send(context.encoder().connectError(namespace.name(), refuse.message(), refuse.data()));
                case ConnectDecision.RefuseAndClose refuse -> {
                    deaf = true;
                    session.send(context.encoder().connectError(namespace.name(), refuse.message(), refuse.data()));
                    session.close();
                }
            }
        }
    }

    private void accept(Namespace namespace, JsonNode auth, ConnectDecision.Accept accept) {
        sockets.runDisconnectHandlers();
        String sid = accept.sid() == null ? context.newSid() : accept.sid();
        Socket socket = new Socket(this,
                new Emitter.Route(session, namespace.name(), context.encoder(), context.timer()), namespace.index(),
                sid, auth, accept.attachment());
        if (accept.stays()) {
            // before the answer: the client may send a large message as soon as it has the answer
            session.inboundShare().trust(context.maxPayload());
            session.admitted(true);
            cancelDeadline();
        }
        session.send(context.encoder().connect(namespace.name(), sid, accept.pid()));
        namespace.index().add(socket);
        sockets.put(socket);
        if (endReason != null) {
            socket.end(endReason);
        }
        LOG.log(Level.DEBUG, "[GATEWAY][WS] {0} connected", socket);
        boolean right = Handlers.connected(namespace, socket);
        socket.forgetAuth();
        if (!right) {
            disconnectAll();
        }
    }

    /** A client that is in no namespace any more is treated as a stranger again. */
    private void distrustIfAlone() {
        if (!sockets.anyConnected(_ -> true)) {
            session.inboundShare().distrust(context.maxPayloadBeforeJoin());
            if (!session.isClosed()) {
                session.admitted(false);
                if (joinDeadline == null) {
                    expectConnect();
                }
            }
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
            sockets.runDisconnectHandlers();
            sockets.remove(socket.namespace());
            distrustIfAlone();
        }
    }

    private void refuse(MalformedPacketException violation) {
        if (!deaf) {
            LOG.log(Level.DEBUG, "[GATEWAY][WS] connection closed: {0}", violation.getMessage());
            deaf = true;
            sockets.forEach((name, socket) -> Optional.ofNullable(context.namespaces().find(name))
                    .ifPresent(namespace -> Handlers.violated(namespace, socket, violation.reason())));
            end(DisconnectReason.PARSE_ERROR);
            sockets.runDisconnectHandlers();
            session.close();
        }
    }

    private void end(String reason) {
        markEnded(reason);
        sockets.end(reason);
    }

    private void markEnded(String reason) {
        if (endReason == null) {
            endReason = reason;
        }
    }

    private void cancelDeadline() {
        if (joinDeadline != null) {
            joinDeadline.cancel(false);
            joinDeadline = null;
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
