package ulens.gateway.session;

import io.helidon.dbclient.DbClientException;
import tools.jackson.databind.JsonNode;
import ulens.gateway.auth.Verdict;
import ulens.gateway.delivery.Cursor;
import ulens.gateway.delivery.Outlet;
import ulens.gateway.receipts.Receipt;
import ulens.gateway.receipts.Receipts;
import ulens.gateway.socketio.Ack;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Socket;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** One authenticated socket of a user: what it may ask for, and where its notifications are written to. */
final class NotificationSocket implements Outlet<EncodedEvent> {
    private static final System.Logger LOGGER = System.getLogger(NotificationSocket.class.getName());

    private static final int MOST_SUBSCRIBING = 64;

    private final Socket socket;
    private final String userId;
    private final Supplier<Verdict> token;
    private final Receipts receipts;
    private final Runnable onSubscribe;
    private final Optional<AckedReceipt> acked;
    private final Queue<Ack> subscribing = new ConcurrentLinkedQueue<>();
    private volatile Cursor<EncodedEvent> cursor;

    NotificationSocket(Socket socket, String userId, Supplier<Verdict> token, Receipts receipts, Runnable onSubscribe) {
        this.socket = socket;
        this.acked = socket.auth().path("acks").asBoolean(false) ? Optional.of(new AckedReceipt(socket))
                : Optional.empty();
        this.userId = userId;
        this.token = token;
        this.receipts = receipts;
        this.onSubscribe = onSubscribe;
    }

    /** Begins to listen to the client. */
    void open(Cursor<EncodedEvent> own) {
        cursor = own;
        socket.join(Events.room(userId));
        socket.on(Events.SUBSCRIBE, this::subscribe);
        socket.on(Events.READ, this::read);
    }

    private void subscribe(List<JsonNode> arguments, Ack ack) {
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
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][DB] a read receipt could not be stored", failure);
            fail(ack, "UNAVAILABLE", Events.READ + ": could not be stored now, try again");
            return;
        }
        ack.send(Answer.read(receipt));
        if (!receipt.changed().isEmpty()) {
            Map<String, Object> news = Answer.toOthers(receipt);
            socket.namespace().room(Events.room(userId)).sockets().stream().filter(other -> other != socket)
                    .forEach(other -> other.emit(Events.WERE_READ, news));
        }
    }

    private void fail(Ack ack, String code, String message) {
        if (ack.requested()) {
            ack.send(Answer.failed(code, message));
        } else {
            // the stock client takes a text in the last place for an offset
            socket.emit(Events.ERROR, message, null);
        }
    }

    /** A user who was let in has to go. */
    static void expel(Socket socket, String userId, Verdict.Denied reason) {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] authentication refused: {0}, user {1}, socket {2}",
                reason.message(), LogText.of(userId), socket.id());
        refuse(socket, reason);
    }

    /** Tells a client why it may not stay, and closes its connection. */
    static void refuse(Socket socket, Verdict.Denied reason) {
        socket.emit(Events.ERROR, reason.message());
        socket.disconnect(true);
    }

    @Override
    public boolean hasRoom() {
        return socket.hasRoom() && acked.map(AckedReceipt::hasRoom).orElse(true);
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        return socket.awaitRoom() && (acked.isEmpty() || acked.get().awaitRoom());
    }

    @Override
    public void push(List<EncodedEvent> rows) {
        if (acked.isPresent()) {
            rows.forEach(acked.get()::push);
        } else {
            socket.emit(rows);
        }
    }

    @Override
    public void whenReceived(Runnable action) {
        if (acked.isPresent()) {
            acked.get().whenReceived(action);
        } else {
            socket.whenReceived(action);
        }
    }

    @Override
    public void subscribed(long unread) {
        for (Ack ack = subscribing.poll(); ack != null; ack = subscribing.poll()) {
            ack.send(Answer.subscribed(unread));
        }
    }

    @Override
    public void synced(long replayed, long unread, long position) {
        // with an offset: what lies behind it was either sent or has been read long ago
        socket.emit(Events.SYNCED, Map.of("replayed", replayed, "unreadCount", unread), Offset.of(userId, position, 0));
    }
}
