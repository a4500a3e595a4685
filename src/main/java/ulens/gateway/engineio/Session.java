package ulens.gateway.engineio;

import ulens.gateway.engineio.inbound.InboundShare;
import ulens.gateway.engineio.packet.EnginePacket;
import ulens.gateway.engineio.request.Handshake;
import ulens.gateway.websocket.CloseCode;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;
import ulens.gateway.work.Timed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A session, which stays while its transport changes. It is open, then closing while queued packets are still written,
 * then closed. Its lock guards everything here and in its parts ({@link Lifecycle}, {@link Outgoing},
 * {@link Transports}) but is never held over I/O or a call into the application; it may be held while the timer wheel's
 * lock or that of a transport's writer is taken, never the other way round.
 */
final class Session extends Timed implements EngineSession, Transports.Owner {
    /** Nanoseconds that the end of a transport may take: the rest of a closing handshake, a last answer to a poll. */
    static final long GOODBYE = TimeUnit.SECONDS.toNanos(2);

    private static final Task CLOSING = Task.of(System.getLogger(Session.class.getName()), "[GATEWAY][WS]",
            "close-sessions");

    private final SessionContext context;
    private final Registry registry;
    private final String id;
    private final Handshake handshake;
    private final ReentrantLock lock = new ReentrantLock();
    private final Lifecycle life = new Lifecycle();
    private final Transports transports;
    private final Outgoing outgoing;
    private final ListenerCalls calls = new ListenerCalls();
    private final InboundShare share;

    /** Knows all sessions. Called under the session's lock. */
    interface Registry {
        /** Sets whether the peer has been let in. */
        void admitted(Session session, boolean in);

        /** The session has ended and is not counted any more. */
        void ended(Session session);

        /** Requests can't find the session any more. */
        void forget(Session session);
    }

    Session(SessionContext context, Registry registry, String id, Handshake handshake) {
        this.context = context;
        this.registry = registry;
        this.id = id;
        this.handshake = handshake;
        this.transports = new Transports(lock, life, context.upgradeTimeout());
        this.outgoing = new Outgoing(lock, context, life, transports);
        this.share = new InboundShare(context.budget(), context.config().limits().maxPayload(), true, life::goesOn);
    }

    /** Sets the first transport, before any other call. */
    void begin(Transport first) {
        transports.begin(first, this);
        outgoing.begin(this);
    }

    /**
     * Queues the open packet and makes the application's side.
     *
     * @return false if the application failed; the session is closed then
     */
    boolean open() {
        Transport first = transports.current();
        EngineConfig config = context.config();
        locked(() -> {
            outgoing.add(EnginePacket.open(id, transports.isPolling(), config.heartbeat().interval().toMillis(),
                    config.heartbeat().timeout().toMillis(), config.limits().maxPayload()));
            outgoing.reschedule();
        });
        if (!calls.open(context.acceptor(), this)) {
            finish("forced close", CloseCode.INTERNAL_ERROR);
            return false;
        }
        first.admitted(life.isAdmitted());
        first.wake();
        return true;
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    @Override
    public TransportName transport() {
        return transports.current().name();
    }

    @Override
    public boolean isClosed() {
        return !life.isOpen();
    }

    Lifecycle life() {
        return life;
    }

    Transports transports() {
        return transports;
    }

    Outgoing outgoing() {
        return outgoing;
    }

    ReentrantLock lock() {
        return lock;
    }

    ListenerCalls calls() {
        return calls;
    }

    @Override
    public boolean send(EngineMessage... messages) {
        lock.lock();
        try {
            if (!life.isOpen()) {
                return false;
            }
            outgoing.add(messages);
            if (outgoing.isTooMuch(share.trusted())) {
                context.log("a peer reads too slowly, its queue is full", handshake);
                finish("transport error", CloseCode.GOING_AWAY);
                return false;
            }
        } finally {
            lock.unlock();
        }
        transports.current().wake();
        return true;
    }

    @Override
    public InboundShare inboundShare() {
        return share;
    }

    @Override
    public boolean hasRoom() {
        return outgoing.hasRoom();
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        return outgoing.awaitRoom();
    }

    @Override
    public void whenReceived(Runnable action) {
        outgoing.whenReceived(action);
    }

    @Override
    public void hurryProof() {
        outgoing.hurryProof();
    }

    @Override
    public void admitted(boolean in) {
        // under the lock: an upgrade that completes at this moment hands the new transport the same answer
        locked(() -> {
            life.admitted(in);
            registry.admitted(this, in);
            transports.current().admitted(in);
        });
    }

    @Override
    public void end() {
        finish("forced close", CloseCode.NORMAL);
    }

    @Override
    public void close() {
        close("forced close", CloseCode.NORMAL);
    }

    /** Closes the session once the queued packets are written, or after the time of a ping if that takes too long. */
    void close(String reason, int code) {
        locked(() -> {
            if (life.isOpen()) {
                life.close(new Lifecycle.Closing(reason, code,
                        System.nanoTime() + context.config().heartbeat().timeout().toNanos()));
                outgoing.close();
                outgoing.reschedule();
                transports.current().wake();
            }
        });
    }

    /** Ends the session at once; queued packets are dropped. Only the first call counts. */
    void finish(String reason, int code) {
        lock.lock();
        try {
            if (!life.end()) {
                return;
            }
            outgoing.drop();
            registry.ended(this);
            transports.drop();
            if (transports.current().end(code)) {
                context.wheel().schedule(this, System.nanoTime() + GOODBYE);
            } else {
                forget();
            }
        } finally {
            lock.unlock();
        }
        Errand.run(CLOSING, () -> calls.closed(reason));
    }

    /** Ends a closing session if its queue has been written. Called by the transport after each write. */
    void finishIfDrained() {
        if (life.isClosing()) {
            locked(() -> {
                if (outgoing.isDrained()) {
                    finish(life.closing());
                }
            });
        }
    }

    private void finish(Lifecycle.Closing how) {
        finish(how.reason(), how.code());
    }

    /** The transport has ended: from here on requests do not find the session. */
    void forget() {
        registry.forget(this);
        context.wheel().cancel(this);
    }

    @Override
    public void transportsChanged() {
        outgoing.pingIfDue();
    }

    /** Ends the session if its peer is late with a pong, even if the timer has not run yet. */
    void finishIfOverdue() {
        locked(() -> {
            if (life.isOpen() && outgoing.isOverdue()) {
                finish("ping timeout", CloseCode.NORMAL);
            }
        });
    }

    @Override
    protected void due(long now) {
        locked(() -> {
            if (life.hasEnded()) {
                transports.current().cut();
                registry.forget(this);
            } else if (life.isClosing()) {
                if (life.closing().due() - now <= 0) {
                    finish(life.closing());
                }
                outgoing.reschedule();
            } else {
                transports.dropIfLate(now);
                finishIfOverdue();
                if (life.isOpen() && outgoing.isStalled(now)) {
                    finish("slow client", CloseCode.GOING_AWAY);
                }
                outgoing.pingIfDue();
            }
        });
    }

    @Override
    public String toString() {
        return "Session of " + handshake.remoteAddress();
    }
}
