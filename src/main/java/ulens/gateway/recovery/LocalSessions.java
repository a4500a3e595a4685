package ulens.gateway.recovery;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The sessions whose connection is on this node, by private id. A session that has not subscribed is not stored: it
 * can't be resumed, and clients that only connect and leave must not fill the table.
 */
final class LocalSessions {
    private static final System.Logger LOGGER = System.getLogger(LocalSessions.class.getName());

    private final Map<String, Local> byPid = new ConcurrentHashMap<>();
    private final Consumer<ClientSession> log;

    /**
     * @param log
     *            stores the state of a session
     */
    LocalSessions(Consumer<ClientSession> log) {
        this.log = log;
    }

    private record Local(ClientSession session, ClientConnection connection) {
    }

    /** A connection has begun; an older one of the same session ends. */
    void connected(ClientSession session, ClientConnection connection) {
        write(session);
        Local older = byPid.put(session.pid(), new Local(session, connection));
        if (older != null) {
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] socket {0} has come back on a new connection",
                    older.connection().socketId());
            older.connection().takenOver();
        }
    }

    /** The client has subscribed, on the connection that this session was begun with. */
    void subscribed(ClientSession session) {
        byPid.computeIfPresent(session.pid(), (_, now) -> {
            if (now.session().epoch() != session.epoch() || now.session().subscribed()) {
                return now;
            }
            ClientSession subscribed = now.session().withSubscription();
            log.accept(subscribed);
            return new Local(subscribed, now.connection());
        });
    }

    /** {@return whether the client could resume if its connection ended now} */
    boolean isSubscribed(ClientSession session) {
        Local local = byPid.get(session.pid());
        return local != null && local.session().subscribed();
    }

    /** A connection has ended; nothing is stored if a newer one has taken its session over. */
    void disconnected(ClientSession session, ClientConnection connection, String reason) {
        byPid.computeIfPresent(session.pid(), (_, now) -> {
            if (now.connection() != connection) {
                return now;
            }
            write(now.session().ended(reason));
            return null;
        });
    }

    /** Stores all sessions again. */
    void rewrite() {
        byPid.values().forEach(local -> write(local.session()));
    }

    /** {@return the number of the present connection of each session, by private id} */
    Map<String, Integer> epochs() {
        Map<String, Integer> epochs = new HashMap<>();
        byPid.forEach((pid, local) -> epochs.put(pid, local.session().epoch()));
        return epochs;
    }

    /**
     * Another node has taken a session over. Its client is not disconnected, only cut: if two nodes were asked at once,
     * this may be its only connection.
     *
     * @param pid
     *            private id of the session
     * @param epoch
     *            the number of the connection that was taken over; a newer one stays
     */
    void takenOverElsewhere(String pid, int epoch) {
        Local local = byPid.get(pid);
        if (local != null && local.session().epoch() == epoch) {
            byPid.remove(pid, local);
            local.connection().drop();
        }
    }

    private void write(ClientSession session) {
        if (session.subscribed()) {
            log.accept(session);
        }
    }
}
