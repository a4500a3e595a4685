package ulens.gateway.engineio;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** All sessions of a server: finds them, counts them, limits them, and holds what they share. */
final class Sessions {
    /** How long a goodbye may take: the rest of a closing handshake, a last answer to a poll. */
    static final long GOODBYE = TimeUnit.SECONDS.toNanos(2);

    private static final System.Logger LOGGER = System.getLogger(Sessions.class.getName());
    private static final long LONGEST_UPGRADE = TimeUnit.SECONDS.toNanos(10);
    private static final int ID_BYTES = 16;

    private final EngineConfig config;
    private final SessionAcceptor acceptor;
    private final TimerWheel wheel = new TimerWheel();
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<String, Session> byId = new ConcurrentHashMap<>();
    private final SessionCount count;
    private final ProofPace proofPace;
    private volatile boolean refusing;

    Sessions(EngineConfig config, SessionAcceptor acceptor) {
        this.config = config;
        this.acceptor = acceptor;
        this.proofPace = new ProofPace(config);
        this.count = new SessionCount(config.maxSessions(), config.maxSessionsPerAddress());
    }

    EngineConfig config() {
        return config;
    }

    SessionAcceptor acceptor() {
        return acceptor;
    }

    TimerWheel wheel() {
        return wheel;
    }

    ProofPace proofPace() {
        return proofPace;
    }

    /** {@return nanoseconds that a client may take to upgrade} */
    long upgradeTimeout() {
        return Math.min(LONGEST_UPGRADE, config.pingInterval().plus(config.pingTimeout()).toNanos());
    }

    /** A new session on its first transport, counted but not open yet. */
    Session create(Handshake handshake, Function<Session, Transport> transport) throws RefusedException {
        if (refusing) {
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        if (!count.add(handshake.remoteAddress())) {
            log("a session refused, too many are open", handshake);
            throw new RefusedException(Refusal.TOO_MANY_SESSIONS);
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        Session session = new Session(this, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), handshake);
        session.begin(transport.apply(session));
        byId.put(session.id(), session);
        if (refusing) {
            // The server has begun to close meanwhile and may have missed this one.
            byId.remove(session.id());
            count.remove(handshake.remoteAddress());
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        return session;
    }

    /** {@return why a new session of this peer would be refused now, if it would} */
    Optional<Refusal> refusal(Handshake handshake) {
        if (refusing) {
            return Optional.of(Refusal.SHUTTING_DOWN);
        }
        return count.isFull(handshake.remoteAddress()) ? Optional.of(Refusal.TOO_MANY_SESSIONS) : Optional.empty();
    }

    Session find(String id) {
        return byId.get(id);
    }

    void ended(Session session) {
        count.remove(session.handshake().remoteAddress());
    }

    void forget(Session session) {
        byId.remove(session.id());
    }

    /** {@return how many have not ended} */
    int open() {
        return count.total();
    }

    /** {@return how many can still be found by their id, goodbyes included} */
    int known() {
        return byId.size();
    }

    List<Session> all() {
        return List.copyOf(byId.values());
    }

    void refuseNew() {
        refusing = true;
    }

    void log(String what, Handshake peer) {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] {0}, peer {1}", what, peer.remoteAddress());
    }
}
