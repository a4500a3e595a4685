package ulens.gateway.session;

import io.helidon.dbclient.DbClientException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import ulens.gateway.auth.Authenticator;
import ulens.gateway.auth.Verdict;
import ulens.gateway.config.SessionConfig;
import ulens.gateway.inbox.Receipts;
import ulens.gateway.limits.LimitedLog;
import ulens.gateway.limits.LogText;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.recovery.ClientSession;
import ulens.gateway.recovery.Recovery;
import ulens.gateway.recovery.SessionStart;
import ulens.gateway.socketio.ConnectDecision;
import ulens.gateway.socketio.ConnectRequest;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Namespace;
import ulens.gateway.socketio.Socket;
import ulens.gateway.stream.Cursor;
import ulens.gateway.stream.Rooms;
import ulens.gateway.stream.RowEncoder;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;
import ulens.gateway.work.Timer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * Namespace {@code /ws}: admits clients, binds each socket to its user's stream, and ends it when its token expires.
 */
public final class NotificationNamespace implements Measured, AutoCloseable {
    /** Its name. */
    public static final String NAME = "/ws";

    private static final System.Logger LOGGER = System.getLogger(NotificationNamespace.class.getName());

    private static final Duration LONGEST_TIMER = Duration.ofDays(365);

    private final Namespace namespace;
    private final Authenticator authenticator;
    private final Receipts receipts;
    private final SessionConfig settings;
    private final Recovery recovery;
    private final Clock clock;
    private final Timer timers = new Timer(Task.of(LOGGER, "[GATEWAY][WS]", "token-expiry"));
    private volatile @Nullable Loop test;
    private final UserLimits limits;
    private final LongAdder refusedEvents = new LongAdder();
    private final LimitedLog connects = new LimitedLog(LOGGER, "[GATEWAY][WS] connected or resumed");
    private final LimitedLog disconnects = new LimitedLog(LOGGER, "[GATEWAY][WS] disconnected");
    private final LimitedLog refusals = new LimitedLog(LOGGER, "[GATEWAY][WS] authentication refused");
    private final LimitedLog limitations = new LimitedLog(LOGGER, "[GATEWAY][WS] rate limited");
    /** There before anybody is let in. */
    @SuppressWarnings("NullAway.Init")
    private volatile Rooms<EncodedEvent> rooms;

    /**
     * Creates the namespace, which accepts no client before {@link #open}.
     *
     * @param namespace
     *            the Socket.IO namespace
     * @param authenticator
     *            checks tokens
     * @param receipts
     *            stores read receipts
     * @param recovery
     *            decides which client resumes; closed with the namespace
     * @param settings
     *            limits and options for clients
     * @param clock
     *            the clock for the expiry of tokens, the same as the authenticator's
     */
    public NotificationNamespace(Namespace namespace, Authenticator authenticator, Receipts receipts, Recovery recovery,
            SessionConfig settings, Clock clock) {
        this.clock = clock;
        this.namespace = namespace;
        this.authenticator = authenticator;
        this.receipts = receipts;
        this.settings = settings;
        this.limits = new UserLimits(settings.rates());
        this.recovery = recovery;
    }

    /** {@return encodes rows as events for clients} */
    public RowEncoder<EncodedEvent> encoder() {
        return new NotificationEncoder(namespace);
    }

    /**
     * Begins to accept clients.
     *
     * @param given
     *            the rooms of users
     */
    public void open(Rooms<EncodedEvent> given) {
        rooms = given;
        namespace.onConnect(this::admit);
        namespace.onConnection(this::connected);
        // with null as last argument: the stock client would keep a text in the last place as its offset
        namespace.onViolation((socket, what) -> socket.emit(Events.ERROR, "Protocol error: " + what, null));
        if (settings.testInterval().isPositive()) {
            test = Loop.every(Task.of(LOGGER, "[GATEWAY][WS]", "test-notifications"), settings.testInterval(),
                    () -> namespace.emit(Events.TEST, Map.of("message", "Hello, world!"))).start();
        }
    }

    private ConnectDecision admit(ConnectRequest request) {
        Optional<String> token = Tokens.of(request.auth(), request.handshake());
        Verdict verdict = authenticator.check(token);
        if (verdict instanceof Verdict.Denied denied) {
            refusals.log(System.Logger.Level.INFO, "[GATEWAY][WS] authentication refused: {0}, from {1}",
                    denied.message(), request.handshake().remoteAddress());
            long wait = limits.authenticationFailed(request.handshake().remoteAddress());
            if (wait > 0) {
                return limited("Too many failed authentications", wait, request.handshake().remoteAddress());
            }
            if (settings.refuseWithConnectError()) {
                return new ConnectDecision.Refuse(denied.message(), null);
            }
        }
        return switch (verdict) {
            case Verdict.Denied denied -> new ConnectDecision.Accept(null, null, denied, false);
            case Verdict.Granted granted -> admit(request, token, granted);
        };
    }

    private ConnectDecision admit(ConnectRequest request, Optional<String> token, Verdict.Granted granted) {
        long wait = limits.enter(granted.userId());
        if (wait > 0) {
            return limited("Too many connections of this user", wait, "user " + LogText.of(granted.userId()));
        }
        boolean accepted = false;
        try {
            ConnectDecision decision = begin(request, token, granted);
            accepted = decision instanceof ConnectDecision.Accept;
            return decision;
        } finally {
            if (!accepted) {
                limits.leave(granted.userId());
            }
        }
    }

    private ConnectDecision limited(String what, long wait, String who) {
        limitations.log(System.Logger.Level.INFO, "[GATEWAY][WS] rate limited: {0}, {1}", what, who);
        return new ConnectDecision.RefuseAndClose(what, JsonNodeFactory.instance.objectNode()
                .put("code", "RATE_LIMITED").put("retryAfter", Math.ceilDiv(wait, 1_000_000_000L)));
    }

    private ConnectDecision begin(ConnectRequest request, Optional<String> token, Verdict.Granted granted) {
        try {
            SessionStart start = recovery.begin(granted.userId(), request.auth());
            return new ConnectDecision.Accept(start.session().sid(), start.session().pid(),
                    new Entry(token, granted, start));
        } catch (DbClientException _) {
            // the client may be resumable: it reconnects by itself, and then the database may answer
            return new ConnectDecision.Drop();
        }
    }

    private void connected(Socket socket) {
        switch (socket.attachment()) {
            case Verdict.Denied denied -> NotificationSocket.refuse(socket, denied);
            case Entry entry -> welcome(socket, entry);
            case null, default -> throw new IllegalStateException("a socket without a verdict");
        }
    }

    private void welcome(Socket socket, Entry entry) {
        String userId = entry.granted().userId();
        ClientSession session = entry.start().session();
        socket.onDisconnect(_ -> limits.leave(userId));
        connects.log(System.Logger.Level.INFO, "[GATEWAY][WS] {0}: user {1}, socket {2}, from {3}",
                entry.start().resumed() ? "resumed" : "connected", LogText.of(userId), socket.id(),
                socket.handshake().remoteAddress());
        NotificationSocket own = new NotificationSocket(namespace, socket, userId,
                () -> authenticator.check(entry.token()), receipts, () -> recovery.subscribed(session),
                new SocketLimits(settings.rates(), refusedEvents));
        Cursor<EncodedEvent> cursor = rooms.join(userId, own);
        Optional<Future<?>> expiry = entry.granted().expiresAt()
                .filter(end -> end.isBefore(clock.instant().plus(LONGEST_TIMER)))
                .map(end -> expireAt(socket, userId, end));
        socket.onDisconnect(reason -> {
            rooms.leave(cursor);
            expiry.ifPresent(timer -> timer.cancel(false));
            recovery.disconnected(session, own, reason);
            disconnects.log(System.Logger.Level.INFO, "[GATEWAY][WS] disconnected: user {0}, socket {1}, {2}",
                    LogText.of(userId), socket.id(), reason);
        });
        own.open(cursor);
        recovery.connected(session, own);
        if (entry.start().resumed()) {
            entry.start().position().ifPresentOrElse(position -> cursor.resume(position, entry.start().provedBefore()),
                    cursor::subscribe);
        }
    }

    /**
     * {@return whether the client of a socket could resume if its connection ended now}
     *
     * @param socket
     *            a socket of any namespace
     */
    public boolean isResumable(Socket socket) {
        return socket.attachment() instanceof Entry entry && recovery.isResumable(entry.start().session());
    }

    private Future<?> expireAt(Socket socket, String userId, Instant end) {
        long millis = Math.max(0, Duration.between(clock.instant(), end).toMillis());
        return timers.after(Duration.ofMillis(millis),
                () -> NotificationSocket.expel(socket, userId, Verdict.Denied.EXPIRED));
    }

    @Override
    public void register(Meters meters) {
        meters.counter("limited_authentications", "Refused tokens, where their address had too many of them",
                limits::refusedFailures)
                .counter("limited_connects", "Sockets refused: their user opened, or had, too many",
                        limits::refusedConnects)
                .counter("limited_events", "Events of clients refused: too many of their socket in a short time",
                        refusedEvents::sum);
    }

    /** Stops the timers and writes down the sessions that have ended. Call it when the sockets are closed. */
    @Override
    public void close() {
        timers.close();
        if (test != null) {
            test.close();
        }
        recovery.close();
    }

    /** The result of admission, for the connection handler. */
    private record Entry(Optional<String> token, Verdict.Granted granted, SessionStart start) {
        @Override
        public String toString() {
            return "Entry[" + start.session() + "]";
        }
    }
}
