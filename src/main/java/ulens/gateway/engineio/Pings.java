package ulens.gateway.engineio;

import java.util.ArrayList;
import java.util.List;

/**
 * The pings of one session. The heartbeat and the proof of receipt are the same packet, and at most one is on the way:
 * a pong that comes back proves that everything written before its ping has arrived. Guarded by the session's lock.
 */
final class Pings {
    private enum State {
        NONE, QUEUED, WRITTEN
    }

    /** A ping that a busy timer sends a little late is still measured from when it was due. */
    private static final long ON_TIME = 50_000_000;

    private final long interval;
    private final long timeout;
    private final long proofDelay;
    private final ProofPace pace;
    private State state = State.NONE;
    /** When the next heartbeat is due, or while a ping is on the way, its pong. */
    private long due;
    private long proofDue;
    /** The proof waits no longer than until then, however many messages follow one another. */
    private long proofLatest;
    /** From then on a proof goes with a message that is written anyway, instead of alone later. */
    private long proofRides;
    private long longestQueued;
    private List<Runnable> waiting;
    private List<Runnable> covered;

    Pings(EngineConfig config, ProofPace pace, long now) {
        interval = config.pingInterval().toNanos();
        timeout = config.pingTimeout().toNanos();
        proofDelay = config.proofDelay().toNanos();
        this.pace = pace;
        due = now + interval;
    }

    void whenReceived(Runnable action, long now) {
        if (waiting == null) {
            waiting = new ArrayList<>(2);
            long longest = pace.begin();
            proofLatest = now + longest;
            proofRides = now + longest * 2 / 3;
        }
        waiting.add(action);
        proofDue = proofLatest - now < proofDelay ? proofLatest : now + proofDelay;
    }

    /** Nothing more is to be expected that the proof could cover as well. */
    void hurry(long now) {
        if (waiting != null) {
            proofDue = now;
        }
    }

    /** {@return when something has to happen next} */
    long due(boolean proofsHeld) {
        boolean proofFirst = state == State.NONE && waiting != null && !proofsHeld && proofDue - due < 0;
        return proofFirst ? proofDue : due;
    }

    boolean isPingDue(long now, boolean proofsHeld) {
        return state == State.NONE && due(proofsHeld) - now <= 0;
    }

    /** {@return whether a proof that is not due yet is better asked for with a message that is about to be written} */
    boolean ridesAlong(long now, boolean proofsHeld) {
        return state == State.NONE && waiting != null && !proofsHeld && proofRides - now <= 0;
    }

    boolean isOverdue(long now) {
        return state != State.NONE && due - now <= 0;
    }

    /**
     * A ping goes into the queue.
     *
     * @param now
     *            the time
     * @param longest
     *            how long it may stay there while nothing moves
     */
    void queued(long now, long longest) {
        boolean onTime = due - now <= 0 && now - due < ON_TIME;
        state = State.QUEUED;
        longestQueued = Math.max(timeout, longest);
        due = (onTime ? due : now) + longestQueued;
        covered = waiting;
        stopWaiting();
    }

    /**
     * Packets have been handed to the transport. A slow peer has its time for the pong from then on; a pong before its
     * ping was among them proves nothing.
     */
    void moved(long now, boolean withPing) {
        if (state == State.QUEUED) {
            due = now + (withPing ? timeout : longestQueued);
            state = withPing ? State.WRITTEN : State.QUEUED;
        }
    }

    /**
     * A pong has come.
     *
     * @return what has been waiting for it; empty if nobody had asked
     */
    List<Runnable> pong(long now) {
        if (state != State.WRITTEN) {
            return List.of();
        }
        List<Runnable> received = covered == null ? List.of() : covered;
        state = State.NONE;
        covered = null;
        due = now + interval;
        return received;
    }

    void forget() {
        stopWaiting();
        covered = null;
    }

    private void stopWaiting() {
        if (waiting != null) {
            waiting = null;
            pace.end();
        }
    }
}
