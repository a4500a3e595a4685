package ulens.gateway.engineio;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides how long a proof of receipt may be put off so that it covers the messages that follow. The more sessions want
 * a proof, the longer, so that a busy server spends its time on messages and not on pings: all sessions together get
 * {@value #PER_SECOND} proofs a second, with a delay between one and {@value #LONGEST} times that after a lone message.
 */
final class ProofPace {
    private static final int PER_SECOND = 1_000;
    private static final int LONGEST = 5;
    private static final long SECOND = 1_000_000_000;

    private final long quiet;
    private final AtomicInteger wanting = new AtomicInteger();

    ProofPace(EngineConfig config) {
        quiet = config.heartbeat().proofDelay().toNanos();
    }

    /** Counts a session that wants a proof. Returns the nanoseconds that it may be put off. */
    long begin() {
        long paced = wanting.incrementAndGet() * SECOND / PER_SECOND;
        return Math.clamp(paced, quiet, quiet * LONGEST);
    }

    /** Ends the count of a session that wanted a proof. */
    void end() {
        wanting.decrementAndGet();
    }
}
