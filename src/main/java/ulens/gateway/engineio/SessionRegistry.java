package ulens.gateway.engineio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.request.Handshake;
import ulens.gateway.engineio.request.Refusal;
import ulens.gateway.engineio.request.RefusedException;
import ulens.gateway.engineio.request.RequestLimits;
import ulens.gateway.http.Newcomers;
import ulens.gateway.limits.Network;
import ulens.gateway.websocket.CloseCode;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** All sessions of a server: finds, counts and limits them, and holds the objects that they share. */
final class SessionRegistry implements Session.Registry {
    private static final System.Logger LOGGER = System.getLogger(SessionRegistry.class.getName());
    private static final int ID_BYTES = 16;
    private static final int TRIES = 3;

    private final SessionContext context;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<String, Session> byId = new ConcurrentHashMap<>();
    private final SessionCount count;
    private final RequestLimits limits;
    private final ReentrantLock relieving = new ReentrantLock();
    private final Newcomers<Session> newcomers = new Newcomers<>();
    private final LongAdder evicted = new LongAdder();
    private volatile boolean refusing;

    private SessionRegistry(EngineConfig config, SessionAcceptor acceptor, InboundBudget budget) {
        this.context = SessionContext.create(config, acceptor, budget);
        this.limits = new RequestLimits(config.peers());
        this.count = new SessionCount(config.limits().maxSessions(), config.limits().maxSessionsPerAddress());
    }

    static SessionRegistry create(EngineConfig config, SessionAcceptor acceptor, InboundBudget budget) {
        SessionRegistry sessions = new SessionRegistry(config, acceptor, budget);
        budget.relief(sessions::relieve);
        return sessions;
    }

    SessionContext context() {
        return context;
    }

    /** Creates a session on its first transport, which is counted but not open yet. */
    Session create(Handshake handshake, Function<Session, Transport> transport) throws RefusedException {
        if (refusing) {
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        limits.handshake(handshake);
        String place = Network.of(handshake.remoteAddress());
        if (!count.add(place) && !replacesNewcomer(place)) {
            context.log("a session refused, too many are open", handshake);
            throw new RefusedException(Refusal.TOO_MANY_SESSIONS);
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        Session session = new Session(context, this, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                handshake.toKeep());
        session.begin(transport.apply(session));
        byId.put(session.id(), session);
        if (refusing) {
            // The server has begun to close meanwhile and may have missed this one.
            byId.remove(session.id());
            count.remove(Network.of(handshake.remoteAddress()));
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        return session;
    }

    /** Throws the refusal that a new session of this peer would get now, if any. */
    void refuseIfFull(Handshake handshake) throws RefusedException {
        if (refusing) {
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        limits.lookAtHandshake(handshake);
        if (count.isFull(Network.of(handshake.remoteAddress()))) {
            throw new RefusedException(Refusal.TOO_MANY_SESSIONS);
        }
    }

    RequestLimits limits() {
        return limits;
    }

    @Nullable
    Session find(String id) {
        return byId.get(id);
    }

    /** A connection waits for memory: ends strangers that hold any, and peers that have finished nothing for long. */
    private void relieve() {
        if (!relieving.tryLock()) {
            return;
        }
        try {
            int ended = 0;
            for (Session session : byId.values()) {
                if (session.life().isOpen() && session.inboundShare().shouldGo()) {
                    context.budget().evicted();
                    ended++;
                    session.finish("transport error", CloseCode.GOING_AWAY);
                }
            }
            if (ended > 0) {
                LOGGER.log(System.Logger.Level.WARNING,
                        "[GATEWAY][WS] {0} sessions ended: there is no memory for what clients have sent", ended);
            }
        } finally {
            relieving.unlock();
        }
    }

    /** {@return whether a session that has not been let in was ended for a new one, which now counts} */
    private boolean replacesNewcomer(String address) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Session> oldest = count.isFullFor(address) ? newcomers.takeOldestOf(address)
                    : newcomers.takeInFavourOf(address);
            if (oldest.isEmpty()) {
                return false;
            }
            evicted.increment();
            oldest.get().finish("transport error", CloseCode.GOING_AWAY);
            if (count.add(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void admitted(Session session, boolean in) {
        if (in || session.life().hasEnded()) {
            newcomers.remove(session);
        } else {
            newcomers.add(session, Network.of(session.handshake().remoteAddress()));
            if (session.life().hasEnded()) {
                newcomers.remove(session);
            }
        }
    }

    /** {@return how many sessions were ended since the start because others needed the room} */
    long evicted() {
        return evicted.sum();
    }

    @Override
    public void ended(Session session) {
        newcomers.remove(session);
        count.remove(Network.of(session.handshake().remoteAddress()));
    }

    @Override
    public void forget(Session session) {
        byId.remove(session.id());
    }

    /** {@return the number of sessions that have not ended} */
    int open() {
        return count.total();
    }

    /** {@return the number of sessions that can be found by their id, including those that have just ended} */
    int known() {
        return byId.size();
    }

    List<Session> all() {
        return List.copyOf(byId.values());
    }

    void refuseNew() {
        refusing = true;
    }
}
