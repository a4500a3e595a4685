package ulens.gateway.engineio;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The pings of one session. Heartbeats and proofs of receipt are the same packet, and at most one is on the way: its
 * pong proves that everything written before the ping has arrived. Guarded by the session's lock.
 */
final class Pings {
    private enum State {
        NONE, QUEUED, WRITTEN
    }

    /** Nanoseconds by which a busy timer may be late: such a ping is still measured from when it was due. */
    private static final long ON_TIME = 50_000_000;

    private final long interval;
    private final long timeout;
    private final long proofDelay;
    private final ProofPace pace;
    private State state = State.NONE;
    /** When the next heartbeat is due; while a ping is on the way, when its pong is due. */
    private long due;
    private long proofDue;
    /** When the proof is due at the latest, however many messages follow one another. */
    private long proofLatest;
    /** When the proof may be sent early, with a message that is written anyway, instead of alone later. */
    private long proofRides;
    private long longestQueued;
    private @Nullable List<Runnable> waiting;
    private @Nullable List<Runnable> covered;

    Pings(EngineConfig config, ProofPace pace, long now) {
        interval = config.heartbeat().interval().toNanos();
        timeout = config.heartbeat().timeout().toNanos();
        proofDelay = config.heartbeat().proofDelay().toNanos();
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

    /** No more messages follow for now, so a proof that waits for them is due. */
    void hurry(long now) {
        if (waiting != null) {
            proofDue = now;
        }
    }

    /** {@return the next deadline} */
    long due(boolean proofsHeld) {
        boolean proofFirst = state == State.NONE && waiting != null && !proofsHeld && proofDue - due < 0;
        return proofFirst ? proofDue : due;
    }

    boolean isPingDue(long now, boolean proofsHeld) {
        return state == State.NONE && due(proofsHeld) - now <= 0;
    }

    /**
     * {@return whether a proof that is not due yet should be asked for together with a message that is about to be
     * written}
     */
    boolean ridesAlong(long now, boolean proofsHeld) {
        return state == State.NONE && waiting != null && !proofsHeld && proofRides - now <= 0;
    }

    boolean isOverdue(long now) {
        return state != State.NONE && due - now <= 0;
    }

    /**
     * A ping was queued.
     *
     * @param now
     *            the time
     * @param longest
     *            nanoseconds that it may stay queued while nothing is written
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
     * Packets were handed to the transport. The time for a pong starts when its ping is among them; a pong that comes
     * before proves nothing.
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
     * @return the actions that waited for it; empty if it answers no ping
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
