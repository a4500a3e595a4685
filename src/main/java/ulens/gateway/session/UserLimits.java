package ulens.gateway.session;

import ulens.gateway.config.UserRates;
import ulens.gateway.limits.Network;
import ulens.gateway.limits.TokenBuckets;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts and limits refused tokens by address, and sockets by user. */
final class UserLimits {
    private static final long TOO_MANY_SOCKETS_WAIT = TimeUnit.SECONDS.toNanos(30);

    private final int mostSockets;
    private final TokenBuckets failures;
    private final TokenBuckets connects;
    private final ConcurrentHashMap<String, Integer> sockets = new ConcurrentHashMap<>();
    private final LongAdder refusedSockets = new LongAdder();

    UserLimits(UserRates rates) {
        this.mostSockets = rates.mostSockets();
        this.failures = new TokenBuckets(rates.authenticationFailures());
        this.connects = new TokenBuckets(rates.connects());
    }

    /**
     * Counts a refused token. Only refused tokens are counted, so a user with a valid token is accepted even if
     * somebody at the same address guesses tokens.
     *
     * @return 0, or the nanoseconds for which refused tokens of this address get no explanation
     */
    long authenticationFailed(String address) {
        return failures.take(Network.of(address));
    }

    /** {@return 0 if the user may have one socket more, which is counted then; otherwise the nanoseconds to wait} */
    long enter(String userId) {
        long wait = connects.take(userId);
        if (wait > 0) {
            return wait;
        }
        boolean[] entered = new boolean[1];
        sockets.compute(userId, (_, count) -> {
            int before = count == null ? 0 : count;
            entered[0] = before < mostSockets;
            return entered[0] ? Integer.valueOf(before + 1) : count;
        });
        if (!entered[0]) {
            refusedSockets.increment();
        }
        return entered[0] ? 0 : TOO_MANY_SOCKETS_WAIT;
    }

    /** Counts one socket of this user less. */
    void leave(String userId) {
        sockets.computeIfPresent(userId, (_, count) -> count == 1 ? null : count - 1);
    }

    long refusedFailures() {
        return failures.refused();
    }

    long refusedConnects() {
        return connects.refused() + refusedSockets.sum();
    }
}
