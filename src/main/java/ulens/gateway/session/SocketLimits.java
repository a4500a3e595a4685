package ulens.gateway.session;

import ulens.gateway.config.UserRates;
import ulens.gateway.limits.Rate;
import ulens.gateway.limits.TokenBucket;

import java.util.concurrent.atomic.LongAdder;

/** The limits on the requests of one socket. */
final class SocketLimits {
    private static final Rate COMPLAINTS = Rate.of(5, 1);

    private final TokenBucket events;
    private final TokenBucket subscribes;
    private final TokenBucket reads;
    private final TokenBucket complaints = new TokenBucket(COMPLAINTS, System::nanoTime);
    private final LongAdder refused;

    SocketLimits(UserRates rates, LongAdder refused) {
        this.events = new TokenBucket(rates.events(), System::nanoTime);
        this.subscribes = new TokenBucket(rates.subscribes(), System::nanoTime);
        this.reads = new TokenBucket(rates.reads(), System::nanoTime);
        this.refused = refused;
    }

    /** {@return 0 if an event may be handled; otherwise the nanoseconds to wait} */
    long event() {
        return counted(events.take());
    }

    long subscribe() {
        return counted(subscribes.take());
    }

    long read() {
        return counted(reads.take());
    }

    /**
     * {@return whether to complain without an ack: now and then, since an answer to each event would be a flood itself}
     */
    boolean complain() {
        return complaints.take() == 0;
    }

    private long counted(long wait) {
        if (wait > 0) {
            refused.increment();
        }
        return wait;
    }
}
