package ulens.gateway.session;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.auth.Authenticator;
import ulens.gateway.auth.Verdict;
import ulens.gateway.delivery.Cursor;
import ulens.gateway.delivery.Rooms;
import ulens.gateway.delivery.RowEncoder;
import ulens.gateway.receipts.Receipts;
import ulens.gateway.socketio.ConnectDecision;
import ulens.gateway.socketio.ConnectRequest;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Namespace;
import ulens.gateway.socketio.Socket;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Namespace {@code /ws}: who may come in, what a socket of a user can do, when it has to go. */
public final class NotificationNamespace implements AutoCloseable {
    /** Its name. */
    public static final String NAME = "/ws";

    private static final System.Logger LOGGER = System.getLogger(NotificationNamespace.class.getName());

    private static final Duration LONGEST_TIMER = Duration.ofDays(365);

    private final Namespace namespace;
    private final Authenticator authenticator;
    private final Receipts receipts;
    private final boolean refuseWithConnectError;
    private final Recovery recovery;
    private final ScheduledThreadPoolExecutor timers;
    private volatile Rooms<EncodedEvent> rooms;

    /**
     * The namespace, closed until {@link #open}.
     *
     * @param namespace
     *            where it lives
     * @param authenticator
     *            checks tokens
     * @param receipts
     *            takes read receipts
     * @param refuseWithConnectError
     *            whether a bad token is answered by CONNECT_ERROR instead of {@code ERROR}
     * @param sessions
     *            where client sessions are kept
     * @param maxDisconnection
     *            how long a client may be away and resume
     */
    public NotificationNamespace(Namespace namespace, Authenticator authenticator, Receipts receipts,
            boolean refuseWithConnectError, ClientSessionTable sessions, Duration maxDisconnection) {
        this.namespace = namespace;
        this.authenticator = authenticator;
        this.receipts = receipts;
        this.refuseWithConnectError = refuseWithConnectError;
        this.recovery = new Recovery(sessions, maxDisconnection);
        this.timers = new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("token-expiry").factory());
        this.timers.setRemoveOnCancelPolicy(true);
    }

    /** {@return makes of a row what clients receive} */
    public RowEncoder<EncodedEvent> encoder() {
        return new NotificationEncoder(namespace);
    }

    /**
     * Lets clients in.
     *
     * @param given
     *            the rooms that they join
     * @param testInterval
     *            time between test notifications to everybody; zero: none
     */
    public void open(Rooms<EncodedEvent> given, Duration testInterval) {
        rooms = given;
        namespace.onConnect(this::admit);
        namespace.onConnection(this::connected);
        // with null behind it: the stock client takes a text in the last place for an offset
        namespace.onViolation((socket, what) -> socket.emit(Events.ERROR, "Protocol error: " + what, null));
        if (testInterval.isPositive()) {
            timers.scheduleAtFixedRate(() -> namespace.emit(Events.TEST, Map.of("message", "Hello, world!")),
                    testInterval.toMillis(), testInterval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private ConnectDecision admit(ConnectRequest request) {
        Optional<String> token = Tokens.of(request.auth(), request.handshake());
        Verdict verdict = authenticator.check(token);
        if (verdict instanceof Verdict.Denied denied) {
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] authentication refused: {0}, from {1}",
                    denied.message(), request.handshake().remoteAddress());
            if (refuseWithConnectError) {
                return new ConnectDecision.Refuse(denied.message(), null);
            }
        }
        return switch (verdict) {
            case Verdict.Denied denied -> new ConnectDecision.Accept(null, null, denied);
            case Verdict.Granted granted -> admit(request, token, granted);
        };
    }

    private ConnectDecision admit(ConnectRequest request, Optional<String> token, Verdict.Granted granted) {
        try {
            Recovery.Start start = recovery.begin(granted.userId(), request.auth());
            return new ConnectDecision.Accept(start.session().sid(), start.session().pid(),
                    new Entry(token, granted, start));
        } catch (DbClientException _) {
            // it may well be resumable: the stock client comes back by itself, and then we can tell
            return new ConnectDecision.Drop();
        }
    }

    private void connected(Socket socket) {
        switch (socket.attachment()) {
            case Verdict.Denied denied -> NotificationSocket.refuse(socket, denied);
            case Entry entry -> welcome(socket, entry);
            default -> throw new IllegalStateException("a socket without a verdict");
        }
    }

    private void welcome(Socket socket, Entry entry) {
        String userId = entry.granted().userId();
        ClientSession session = entry.start().session();
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] {0}: user {1}, socket {2}, from {3}",
                entry.start().resumed() ? "resumed" : "connected", LogText.of(userId), socket.id(),
                socket.handshake().remoteAddress());
        NotificationSocket own = new NotificationSocket(socket, userId, () -> authenticator.check(entry.token()),
                receipts, () -> recovery.subscribed(session));
        Cursor<EncodedEvent> cursor = rooms.join(userId, own);
        Optional<Future<?>> expiry = entry.granted().expiresAt()
                .filter(end -> end.isBefore(Instant.now().plus(LONGEST_TIMER)))
                .map(end -> expireAt(socket, userId, end));
        socket.onDisconnect(reason -> {
            rooms.leave(cursor);
            expiry.ifPresent(timer -> timer.cancel(false));
            recovery.disconnected(session, socket, reason);
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] disconnected: user {0}, socket {1}, {2}",
                    LogText.of(userId), socket.id(), reason);
        });
        own.open(cursor);
        recovery.connected(session, socket);
        if (entry.start().resumed()) {
            entry.start().offset().ifPresentOrElse(
                    offset -> cursor.resume(offset.seq(), offset.openUntil(), entry.start().provedBefore()),
                    cursor::subscribe);
        }
    }

    private Future<?> expireAt(Socket socket, String userId, Instant end) {
        long millis = Math.max(0, Duration.between(Instant.now(), end).toMillis());
        return timers.schedule(() -> NotificationSocket.expel(socket, userId, Verdict.Denied.EXPIRED), millis,
                TimeUnit.MILLISECONDS);
    }

    /** Stops the timers and writes down who has left. Call it when the sockets are closed. */
    @Override
    public void close() {
        timers.shutdownNow();
        recovery.close();
    }

    /** What admission hands on to the connection. */
    private record Entry(Optional<String> token, Verdict.Granted granted, Recovery.Start start) {
        @Override
        public String toString() {
            return "Entry[" + start.session() + "]";
        }
    }
}
