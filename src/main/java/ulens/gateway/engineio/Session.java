package ulens.gateway.engineio;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * A session: what stays while the transport changes. Its lock guards everything here but is never held over I/O or a
 * call into the application; it may be held while the timer wheel's lock is taken, never the other way round.
 */
final class Session extends Timed implements EngineSession {
    private enum State {
        OPEN, CLOSING, CLOSED
    }

    private final Sessions sessions;
    private final String id;
    private final Handshake handshake;
    private final ReentrantLock lock = new ReentrantLock();
    private final Outbox outbox = new Outbox(lock);
    private final Inbound inbound = new Inbound(this);
    private final Pings pings;
    private volatile State state = State.OPEN;
    private volatile Transport transport;
    private Upgrade upgrade;
    private Closing closing;

    /** How the session is going to end, and by when it will have. */
    private record Closing(String reason, int code, long due) {
    }

    Session(Sessions sessions, String id, Handshake handshake) {
        this.sessions = sessions;
        this.id = id;
        this.handshake = handshake;
        this.pings = new Pings(sessions.config(), sessions.proofPace(), System.nanoTime());
    }

    /** Sets the first transport. */
    void begin(Transport first) {
        transport = first;
    }

    /**
     * Queues the open packet and makes the application's side.
     *
     * @return false if the application failed; the session is closed then
     */
    boolean open() {
        Transport first = transport;
        locked(() -> {
            outbox.add(Packet.Control.open(id, sessions.config(), first.name() == TransportName.POLLING));
            reschedule();
        });
        if (!inbound.open(sessions.acceptor())) {
            finish("forced close", Frame.INTERNAL_ERROR);
            return false;
        }
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
        return transport.name();
    }

    @Override
    public boolean isClosed() {
        return state != State.OPEN;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean hasEnded() {
        return state == State.CLOSED;
    }

    /** {@return the polling transport, refused if the session is on it no more} */
    PollingTransport polling() throws RefusedException {
        if (transport instanceof PollingTransport polling) {
            return polling;
        }
        throw new RefusedException(Refusal.BAD_REQUEST);
    }

    boolean isOn(Transport candidate) {
        return transport == candidate;
    }

    ReentrantLock lock() {
        return lock;
    }

    Inbound inbound() {
        return inbound;
    }

    @Override
    public boolean send(EngineMessage... messages) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return false;
            }
            for (EngineMessage message : messages) {
                outbox.add(message);
            }
            if (outbox.cost() > sessions.config().hardQueueLimit()) {
                sessions.log("a peer reads too slowly, its queue is full", handshake);
                finish("transport error", Frame.GOING_AWAY);
                return false;
            }
        } finally {
            lock.unlock();
        }
        transport.wake();
        return true;
    }

    @Override
    public boolean hasRoom() {
        return outbox.cost() < sessions.config().softQueueLimit();
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            outbox.await(() -> state != State.OPEN || hasRoom());
            return state == State.OPEN;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void whenReceived(Runnable action) {
        locked(() -> {
            if (state == State.OPEN) {
                pings.whenReceived(action, System.nanoTime());
                pingIfDue();
            }
        });
    }

    /** A proof that waits for more messages is asked for now. */
    void hurryProof() {
        locked(() -> {
            if (state == State.OPEN) {
                pings.hurry(System.nanoTime());
                pingIfDue();
            }
        });
    }

    @Override
    public void close() {
        close("forced close", Frame.NORMAL);
    }

    /** Closes the session once what is queued has been written, or after the time of a ping if that takes too long. */
    void close(String reason, int code) {
        locked(() -> {
            if (state == State.OPEN) {
                state = State.CLOSING;
                closing = new Closing(reason, code, System.nanoTime() + sessions.config().pingTimeout().toNanos());
                pings.forget();
                outbox.signal();
                reschedule();
                transport.wake();
            }
        });
    }

    /** Ends the session at once; what is still queued is dropped. Only the first call counts. */
    void finish(String reason, int code) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            outbox.clear();
            pings.forget();
            sessions.ended(this);
            dropUpgrade();
            if (transport.end(code)) {
                sessions.wheel().schedule(this, System.nanoTime() + Sessions.GOODBYE);
            } else {
                forget();
            }
        } finally {
            lock.unlock();
        }
        Thread.startVirtualThread(() -> inbound.closed(reason));
    }

    /** Ends a closing session if its queue has been written. Called by the transport after each write. */
    void finishIfDrained() {
        if (state == State.CLOSING) {
            locked(() -> {
                if (isDrained()) {
                    finish(closing.reason(), closing.code());
                }
            });
        }
    }

    /** The goodbye has been said: from here on the session is unknown. */
    void forget() {
        sessions.forget(this);
        sessions.wheel().cancel(this);
    }

    /** {@return whether close has been called and nothing is left to write} */
    boolean isDrained() {
        return state == State.CLOSING && outbox.isEmpty();
    }

    /** Takes the oldest packets for writing; a proof that is due comes with them. */
    List<Packet> take(int limit, ToIntFunction<Packet> size) {
        lock.lock();
        try {
            queuePingIfDue(!outbox.isEmpty());
            List<Packet> taken = outbox.take(limit, size);
            if (!taken.isEmpty()) {
                boolean withPing = taken.contains(Packet.PING);
                pings.moved(System.nanoTime(), withPing);
                if (withPing) {
                    // its pong is due earlier than the ping would have been overdue in the queue
                    reschedule();
                }
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** {@return what a pong that has just come proves to be received} */
    List<Runnable> pong() {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return List.of();
            }
            List<Runnable> received = pings.pong(System.nanoTime());
            pingIfDue();
            return received;
        } finally {
            lock.unlock();
        }
    }

    /** Reserves the session for a WebSocket that wants to take over; false if it is not to be had. */
    boolean beginUpgrade(WebSocket socket) {
        lock.lock();
        try {
            if (state != State.OPEN || upgrade != null || transport.name() != TransportName.POLLING) {
                return false;
            }
            upgrade = new Upgrade(socket, System.nanoTime() + sessions.upgradeTimeout());
            reschedule();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The WebSocket works; from here on a pending poll is answered so that the client can stop polling. */
    void probed(WebSocket socket) {
        locked(() -> {
            if (upgrade != null && upgrade.isBy(socket) && transport instanceof PollingTransport polling) {
                upgrade.probed();
                polling.release();
            }
        });
    }

    boolean isUpgrading() {
        return upgrade != null;
    }

    boolean isProbed() {
        return upgrade != null && upgrade.isProbed();
    }

    /** The client has stopped polling: the WebSocket takes over. False if its time is over. */
    boolean completeUpgrade(WebSocket socket) {
        lock.lock();
        try {
            if (state == State.CLOSED || upgrade == null || !upgrade.isBy(socket)) {
                return false;
            }
            upgrade = null;
            Transport polling = transport;
            transport = socket;
            polling.wake();
            pingIfDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The WebSocket has failed before it took over; the session goes on polling. */
    void upgradeFailed(WebSocket socket) {
        locked(() -> {
            if (upgrade != null && upgrade.isBy(socket)) {
                upgrade = null;
                pingIfDue();
            }
        });
    }

    private void dropUpgrade() {
        if (upgrade != null) {
            upgrade.drop();
            upgrade = null;
        }
    }

    /** Ends the session if its peer is late with a pong, though the timer has not got to it yet. */
    void finishIfOverdue() {
        locked(() -> {
            if (state == State.OPEN && pings.isOverdue(System.nanoTime())) {
                finish("ping timeout", Frame.NORMAL);
            }
        });
    }

    private void finishIfStalled(long now) {
        if (state == State.OPEN && !outbox.isEmpty() && stalledAt() - now <= 0) {
            finish("slow client", Frame.GOING_AWAY);
        }
    }

    private long stalledAt() {
        return outbox.movedAt() + sessions.config().stallTimeout().toNanos();
    }

    @Override
    void due(long now) {
        locked(() -> {
            switch (state) {
                case CLOSED -> {
                    transport.cut();
                    sessions.forget(this);
                }
                case CLOSING -> {
                    if (closing.due() - now <= 0) {
                        finish(closing.reason(), closing.code());
                    }
                    reschedule();
                }
                case OPEN -> {
                    if (upgrade != null && upgrade.due() - now <= 0) {
                        dropUpgrade();
                    }
                    finishIfOverdue();
                    finishIfStalled(now);
                    pingIfDue();
                }
            }
        });
    }

    private void pingIfDue() {
        if (queuePingIfDue(false)) {
            transport.wake();
        }
        reschedule();
    }

    private boolean queuePingIfDue(boolean withMessages) {
        long now = System.nanoTime();
        boolean held = upgrade != null;
        boolean due = pings.isPingDue(now, held) || withMessages && pings.ridesAlong(now, held);
        if (state != State.OPEN || !due) {
            return false;
        }
        // a WebSocket that does not move ends as a slow client; polls that do not come have no other limit
        pings.queued(now, transport.name() == TransportName.POLLING ? 0 : sessions.config().stallTimeout().toNanos());
        outbox.add(Packet.PING);
        return true;
    }

    private void reschedule() {
        if (state == State.CLOSING) {
            sessions.wheel().scheduleAtLatest(this, closing.due());
        } else if (state == State.OPEN) {
            long next = pings.due(upgrade != null);
            if (upgrade != null && upgrade.due() - next < 0) {
                next = upgrade.due();
            }
            if (!outbox.isEmpty() && stalledAt() - next < 0) {
                next = stalledAt();
            }
            sessions.wheel().scheduleAtLatest(this, next);
        }
    }

    @Override
    public String toString() {
        return "Session of " + handshake.remoteAddress();
    }
}
