package ulens.gateway.recovery;

import tools.jackson.databind.JsonNode;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Connection state recovery: a client that reconnects with its {@code pid} and the offset of its last notification
 * resumes behind that notification, on this or another node. A session that still looks connected is taken over: its
 * old connection is closed, here at once, on another node within one interval of {@value NodeHeartbeat#SECONDS} s.
 */
public final class Recovery implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Recovery.class.getName());
    private static final int ID_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final SessionWriter log;
    private final LocalSessions sessions;
    private final NodeHeartbeat heartbeat;
    private final Loop beats;

    private Recovery(SessionWriter log, LocalSessions sessions, NodeHeartbeat heartbeat, Loop beats) {
        this.log = log;
        this.sessions = sessions;
        this.heartbeat = heartbeat;
        this.beats = beats;
    }

    /**
     * Starts recovery.
     *
     * @param table
     *            stores sessions
     * @param within
     *            how long a client may be away and still resume; older sessions are deleted
     *
     * @return recovery; this node counts as alive until it is closed
     */
    public static Recovery start(ClientSessionTable table, Duration within) {
        SessionWriter log = new SessionWriter(table, within);
        LocalSessions sessions = new LocalSessions(log::write);
        NodeHeartbeat heartbeat = new NodeHeartbeat(table, sessions, within);
        Loop beats = Loop.every(Task.of(LOGGER, "[GATEWAY][DB]", "node-heartbeat"),
                Duration.ofSeconds(NodeHeartbeat.SECONDS), heartbeat::beat).start();
        return new Recovery(log, sessions, heartbeat, beats);
    }

    /**
     * Decides whether a client resumes.
     *
     * @param userId
     *            the user of the client
     * @param auth
     *            the client's auth payload, with {@code pid} and {@code offset}
     *
     * @return the resumed session, or a new one
     *
     * @throws io.helidon.dbclient.DbClientException
     *             if the database can't tell whether there is a session to resume
     */
    public SessionStart begin(String userId, JsonNode auth) {
        return Resumption.of(userId, auth, log::find)
                .orElseGet(() -> new SessionStart(new ClientSession(id(), userId, id(), 1, false, 0, 0, null), false,
                        Optional.empty(), 0));
    }

    /**
     * Tells that a connection has begun; an older one of the same session is ended.
     *
     * @param session
     *            the session, as {@link #begin} returned it
     * @param connection
     *            the connection that carries it
     */
    public void connected(ClientSession session, ClientConnection connection) {
        sessions.connected(session, connection);
    }

    /**
     * Tells that the client has subscribed, so that it can resume from now on.
     *
     * @param session
     *            the session, as {@link #begin} returned it
     */
    public void subscribed(ClientSession session) {
        sessions.subscribed(session);
    }

    /**
     * {@return whether the client could resume if its connection ended now}
     *
     * @param session
     *            the session, as {@link #begin} returned it
     */
    public boolean isResumable(ClientSession session) {
        return sessions.isSubscribed(session);
    }

    /**
     * Tells that a connection has ended.
     *
     * @param session
     *            the session, as {@link #begin} returned it
     * @param connection
     *            the connection that carried it
     * @param reason
     *            the reason, named as in the stock server
     */
    public void disconnected(ClientSession session, ClientConnection connection, String reason) {
        sessions.disconnected(session, connection, reason);
    }

    private String id() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Stores the states that are left. Call it when the connections are closed. */
    @Override
    public void close() {
        beats.close();
        heartbeat.close();
        log.close();
    }
}
