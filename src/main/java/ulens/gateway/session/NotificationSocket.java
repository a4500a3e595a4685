package ulens.gateway.session;

import io.helidon.dbclient.DbClientException;
import tools.jackson.databind.JsonNode;
import ulens.gateway.auth.Verdict;
import ulens.gateway.inbox.Receipt;
import ulens.gateway.inbox.Receipts;
import ulens.gateway.limits.LogText;
import ulens.gateway.recovery.ClientConnection;
import ulens.gateway.recovery.Offset;
import ulens.gateway.socketio.Ack;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Namespace;
import ulens.gateway.socketio.Socket;
import ulens.gateway.stream.Cursor;
import ulens.gateway.stream.Position;
import ulens.gateway.stream.Sink;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** One authenticated socket of a user: it handles the client's events, and its notifications are written to it. */
final class NotificationSocket implements Sink<EncodedEvent>, ClientConnection {
    private static final System.Logger LOGGER = System.getLogger(NotificationSocket.class.getName());

    private static final int MOST_SUBSCRIBING = 64;

    private final Namespace namespace;
    private final Socket socket;
    private final String userId;
    private final Supplier<Verdict> token;
    private final Receipts receipts;
    private final Runnable onSubscribe;
    private final SocketLimits limits;
    private final ReceiptProof proof;
    private final Queue<Ack> subscribing = new ConcurrentLinkedQueue<>();
    /** There before its handlers. */
    @SuppressWarnings("NullAway.Init")
    private volatile Cursor<EncodedEvent> cursor;

    NotificationSocket(Namespace namespace, Socket socket, String userId, Supplier<Verdict> token, Receipts receipts,
            Runnable onSubscribe, SocketLimits limits) {
        this.namespace = namespace;
        this.socket = socket;
        boolean acks = socket.auth().path("acks").asBoolean(false);
        this.proof = acks ? new AckProof(socket) : new PingProof(socket);
        this.userId = userId;
        this.token = token;
        this.receipts = receipts;
        this.onSubscribe = onSubscribe;
        this.limits = limits;
    }

    /** Begins to handle events of the client. */
    void open(Cursor<EncodedEvent> own) {
        cursor = own;
        socket.join(Events.room(userId));
        socket.gate((event, ack) -> within(limits.event(), ack, "events"));
        socket.on(Events.SUBSCRIBE, this::subscribe);
        socket.on(Events.READ, this::read);
    }

    /**
     * {@return whether the event is within the limits} If it is not, the client is told: in each ack that it asked for,
     * otherwise only now and then.
     */
    private boolean within(long wait, Ack ack, String what) {
        if (wait > 0 && (ack.requested() || limits.complain())) {
            fail(ack, "RATE_LIMITED", "too many " + what + ", try again in " + Math.ceilDiv(wait, 1_000_000L) + " ms");
        }
        return wait == 0;
    }

    private void subscribe(List<JsonNode> arguments, Ack ack) {
        if (!within(limits.subscribe(), ack, Events.SUBSCRIBE)) {
            return;
        }
        if (token.get() instanceof Verdict.Denied denied) {
            ack.send(Answer.failed(denied.name() + "_TOKEN", denied.message()));
            expel(socket, userId, denied);
            return;
        }
        if (subscribing.size() >= MOST_SUBSCRIBING) {
            fail(ack, "BAD_REQUEST", Events.SUBSCRIBE + ": " + MOST_SUBSCRIBING + " are under way already");
            return;
        }
        onSubscribe.run();
        subscribing.add(ack);
        cursor.subscribe();
    }

    private void read(List<JsonNode> arguments, Ack ack) {
        if (!within(limits.read(), ack, Events.READ)) {
            return;
        }
        switch (ReadRequest.of(arguments)) {
            case ReadRequest.Bad(String message) -> fail(ack, "BAD_REQUEST", Events.READ + ": " + message);
            case ReadRequest.Ids(var ids) -> read(ack, () -> receipts.read(userId, ids));
            case ReadRequest.All() -> read(ack, () -> receipts.readAll(userId));
        }
    }

    private void read(Ack ack, Supplier<Receipt> reading) {
        Receipt receipt;
        try {
            receipt = reading.get();
        } catch (DbClientException failure) {
            // its task logs the failure once
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] a read receipt could not be stored", failure);
            fail(ack, "UNAVAILABLE", Events.READ + ": could not be stored now, try again");
            return;
        }
        ack.send(Answer.read(receipt));
        if (!receipt.changed().isEmpty()) {
            Map<String, Object> news = Answer.toOthers(receipt);
            namespace.room(Events.room(userId)).sockets().stream().filter(other -> other != socket)
                    .forEach(other -> other.emit(Events.WERE_READ, news));
        }
    }

    private void fail(Ack ack, String code, String message) {
        if (ack.requested()) {
            ack.send(Answer.failed(code, message));
        } else {
            // null, since the stock client would keep a text in the last place as its offset
            socket.emit(Events.ERROR, message, null);
        }
    }

    /** Disconnects a client that had been accepted. */
    static void expel(Socket socket, String userId, Verdict.Denied reason) {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] authentication refused: {0}, user {1}, socket {2}",
                reason.message(), LogText.of(userId), socket.id());
        refuse(socket, reason);
    }

    /** Sends the reason to a client, and closes its connection. */
    static void refuse(Socket socket, Verdict.Denied reason) {
        socket.emit(Events.ERROR, reason.message());
        socket.disconnect(true);
    }

    @Override
    public boolean hasRoom() {
        return proof.hasRoom();
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        return proof.awaitRoom();
    }

    @Override
    public void push(List<EncodedEvent> rows) {
        proof.push(rows);
    }

    @Override
    public void whenReceived(Runnable action) {
        proof.whenReceived(action);
    }

    @Override
    public void hurryProof() {
        proof.hurry();
    }

    @Override
    public String socketId() {
        return socket.id();
    }

    @Override
    public void takenOver() {
        socket.disconnect(true);
    }

    @Override
    public void drop() {
        socket.dropConnection();
    }

    @Override
    public void subscribed(long unread) {
        for (Ack ack = subscribing.poll(); ack != null; ack = subscribing.poll()) {
            ack.send(Answer.subscribed(unread));
        }
    }

    @Override
    public void synced(long replayed, long unread, Position position) {
        // with an offset: all rows up to it were either sent or have been read before
        socket.emit(Events.SYNCED, Answer.synced(replayed, unread), Offset.of(userId, position));
    }
}
