package ulens.gateway.engineio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.websocket.CloseCode;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The transport that carries a session now, and the one that is about to take over: from polling to a WebSocket, once,
 * never back. The candidate is probed first; while it is there, the client may still poll. Guarded by the session's
 * lock, which the calls of the transports themselves take.
 */
final class Transports {
    private final ReentrantLock lock;
    private final Lifecycle life;
    private final long upgradeTimeout;
    /** Set by {@link #begin}, before any other call. */
    @SuppressWarnings("NullAway.Init")
    private Owner owner;
    /** Set by {@link #begin}, before any other call. */
    @SuppressWarnings("NullAway.Init")
    private volatile Transport current;
    private boolean beganPolling;
    private @Nullable Candidate candidate;

    /** The session, as its transports see it. */
    interface Owner {
        /** A candidate has come, has gone, or has taken over. Called under the session's lock. */
        void transportsChanged();
    }

    private static final class Candidate {
        private final Transport transport;
        private final long due;
        private boolean probed;

        Candidate(Transport transport, long due) {
            this.transport = transport;
            this.due = due;
        }
    }

    /**
     * @param lock
     *            the session's
     * @param life
     *            the session's
     * @param upgradeTimeout
     *            nanoseconds that a candidate may take
     */
    Transports(ReentrantLock lock, Lifecycle life, long upgradeTimeout) {
        this.lock = lock;
        this.life = life;
        this.upgradeTimeout = upgradeTimeout;
    }

    /** Sets the first transport, before any other call, and who is told of changes. */
    void begin(Transport first, Owner session) {
        owner = session;
        current = first;
        beganPolling = first.name() == TransportName.POLLING;
    }

    Transport current() {
        return current;
    }

    boolean isCurrent(Transport transport) {
        return current == transport;
    }

    boolean isPolling() {
        return current.name() == TransportName.POLLING;
    }

    /** {@return whether a candidate is there} */
    boolean isUpgrading() {
        return candidate != null;
    }

    /** {@return whether the candidate works in both directions} */
    boolean isProbed() {
        return candidate != null && candidate.probed;
    }

    /** Registers a candidate that wants to take over; false if the session can't be upgraded. */
    boolean offer(Transport transport) {
        lock.lock();
        try {
            if (!life.isOpen() || candidate != null || !isPolling()) {
                return false;
            }
            candidate = new Candidate(transport, System.nanoTime() + upgradeTimeout);
            owner.transportsChanged();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether a WebSocket has taken over from polling, or is about to} */
    boolean hasUpgrade() {
        lock.lock();
        try {
            return life.isOpen() && beganPolling && (candidate != null || !isPolling());
        } finally {
            lock.unlock();
        }
    }

    /** The candidate has been probed; from here on a pending poll is answered so that the client can stop polling. */
    void probed(Transport transport) {
        lock.lock();
        try {
            if (candidate != null && candidate.transport == transport) {
                candidate.probed = true;
                current.makeWay();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has stopped polling: the candidate takes over. False if its time is over. */
    boolean complete(Transport transport) {
        lock.lock();
        try {
            if (life.hasEnded() || !isCandidate(transport)) {
                return false;
            }
            candidate = null;
            Transport last = current;
            current = transport;
            transport.admitted(life.isAdmitted());
            last.wake();
            owner.transportsChanged();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The candidate has failed before it took over; the session goes on polling. */
    void failed(Transport transport) {
        lock.lock();
        try {
            if (isCandidate(transport)) {
                candidate = null;
                owner.transportsChanged();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isCandidate(Transport transport) {
        return candidate != null && candidate.transport == transport;
    }

    /** Turns a candidate away that has taken too long. */
    void dropIfLate(long now) {
        if (candidate != null && candidate.due - now <= 0) {
            drop();
        }
    }

    /** Turns the candidate away, if there is one. */
    void drop() {
        if (candidate != null) {
            candidate.transport.end(CloseCode.NORMAL);
            candidate = null;
        }
    }

    /** {@return the earlier of a time and the candidate's deadline} */
    long dueBefore(long next) {
        return candidate != null && candidate.due - next < 0 ? candidate.due : next;
    }
}
