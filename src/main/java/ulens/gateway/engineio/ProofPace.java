package ulens.gateway.engineio;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a proof of receipt may be put off while messages follow one another that it can prove as well. The more
 * sessions want one, the longer, so that a busy server spends its time on messages and not on pings: to each of them
 * one in {@value #PER_SECOND} a second, within one and {@value #LONGEST} times the delay after a lone message.
 */
final class ProofPace {
    private static final int PER_SECOND = 1_000;
    private static final int LONGEST = 5;
    private static final long SECOND = 1_000_000_000;

    private final long quiet;
    private final AtomicInteger wanting = new AtomicInteger();

    ProofPace(EngineConfig config) {
        quiet = config.proofDelay().toNanos();
    }

    /** One more session wants a proof. Returns how long it may be put off, in nanoseconds. */
    long begin() {
        long paced = wanting.incrementAndGet() * SECOND / PER_SECOND;
        return Math.clamp(paced, quiet, quiet * LONGEST);
    }

    /** One session less. */
    void end() {
        wanting.decrementAndGet();
    }
}
