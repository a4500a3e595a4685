package ulens.gateway.session;

import tools.jackson.databind.JsonNode;
import ulens.gateway.session.ClientSessionTable.Found;
import ulens.gateway.socketio.Socket;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connection state recovery that survives the node: a client that comes back with its {@code pid} and the offset of the
 * last notification that it has goes on behind it, here or on another node. A session that looks connected still is
 * taken over: its old connection is closed, here at once, on another node within one interval of {@link #watch}.
 */
final class Recovery implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Recovery.class.getName());
    private static final Duration WATCH = Duration.ofSeconds(5);
    private static final Duration SILENT = Duration.ofSeconds(25);
    private static final int LOOKS_PER_TIDY = 12;
    private static final int MOST_PID = 64;
    private static final int ID_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final ClientSessionTable table;
    private final SessionLog log;
    private final Duration within;
    private final Map<String, Here> here = new ConcurrentHashMap<>();
    private final Thread watch;
    private long lastAlive = System.nanoTime();
    private int looksUntilTidy;

    Recovery(ClientSessionTable table, Duration within) {
        this.table = table;
        this.within = within;
        this.log = new SessionLog(table, within);
        this.looksUntilTidy = random.nextInt(LOOKS_PER_TIDY);
        this.watch = Thread.ofVirtual().name("session-watch").start(this::watch);
    }

    /** A connection on this node. */
    private record Here(ClientSession session, Socket socket) {
    }

    /**
     * A connection that may begin.
     *
     * @param session
     *            its session, new or resumed
     * @param resumed
     *            whether it goes on where it was
     * @param offset
     *            what the client has, if it has anything
     */
    record Start(ClientSession session, boolean resumed, Optional<Offset> offset, long provedBefore) {
    }

    /** Decides whether a client resumes; what can't be resumed begins afresh. */
    Start begin(String userId, JsonNode auth) {
        Optional<Start> resumed = resume(userId, auth);
        return resumed.orElseGet(
                () -> new Start(new ClientSession(id(), userId, id(), 1, false, 0, null), false, Optional.empty(), 0));
    }

    private Optional<Start> resume(String userId, JsonNode auth) {
        JsonNode pid = auth.get("pid");
        JsonNode offset = auth.get("offset");
        if (pid == null || !pid.isString() || pid.stringValue().isEmpty() || pid.stringValue().length() > MOST_PID
                || pid.stringValue().indexOf('\0') >= 0) {
            return Optional.empty();
        }
        Optional<Found> found = log.find(pid.stringValue()).filter(one -> one.session().userId().equals(userId));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ClientSession session = found.get().session();
        if (!session.subscribed()) {
            // it may have asked for notifications in vain: afresh, it asks again
            return Optional.empty();
        }
        if (offset == null || offset.isNull()) {
            return Optional.of(new Start(session.resumed(0), true, Optional.empty(), session.provedSeq()));
        }
        long head = found.get().head();
        return Optional.of(offset).filter(JsonNode::isString).flatMap(text -> Offset.parse(userId, text.stringValue()))
                .filter(known -> known.seq() <= head && known.openUntil() <= head)
                .map(known -> new Start(session.resumed(known.seq()), true, Optional.of(known), session.provedSeq()));
    }

    /** The connection has begun; an older one of the same session ends. */
    void connected(ClientSession session, Socket socket) {
        log.write(session);
        Here older = here.put(session.pid(), new Here(session, socket));
        if (older != null) {
            takeOver(older);
        }
    }

    void subscribed(ClientSession session) {
        here.computeIfPresent(session.pid(), (_, now) -> {
            if (now.session().epoch() != session.epoch() || now.session().subscribed()) {
                return now;
            }
            ClientSession subscribed = now.session().withSubscription();
            log.write(subscribed);
            return new Here(subscribed, now.socket());
        });
    }

    /** The connection has ended. */
    void disconnected(ClientSession session, Socket socket, String reason) {
        here.computeIfPresent(session.pid(), (_, now) -> {
            if (now.socket() != socket) {
                return now;
            }
            log.write(now.session().ended(reason));
            return null;
        });
    }

    private static void takeOver(Here older) {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] socket {0} has come back on a new connection",
                older.socket().id());
        older.socket().disconnect(true);
    }

    private void watch() {
        try {
            while (true) {
                look();
                Thread.sleep(WATCH);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            table.alive();
            if (System.nanoTime() - lastAlive > SILENT.toNanos()) {
                // others may have taken us for gone
                here.values().forEach(one -> log.write(one.session()));
            }
            lastAlive = System.nanoTime();
            if (--looksUntilTidy <= 0) {
                looksUntilTidy = LOOKS_PER_TIDY;
                table.tidy(within);
            }
            Map<String, Integer> epochs = new HashMap<>();
            here.forEach((pid, one) -> epochs.put(pid, one.session().epoch()));
            if (!epochs.isEmpty()) {
                table.takenOver(epochs).forEach(pid -> Optional.ofNullable(here.get(pid))
                        .filter(one -> one.session().epoch() == epochs.get(pid)).ifPresent(one -> {
                            here.remove(pid, one);
                            // not put out: where two nodes were asked at once, this may be its only connection
                            one.socket().dropConnection();
                        }));
            }
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] client sessions wait for the database", failure);
        }
    }

    private String id() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        watch.interrupt();
        log.close();
    }
}
