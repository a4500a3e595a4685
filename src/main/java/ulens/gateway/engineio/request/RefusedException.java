package ulens.gateway.engineio.request;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A request is refused. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final Refusal refusal;
    private final long waitNanos;

    /**
     * Refuses a request.
     *
     * @param refusal
     *            the reason
     */
    public RefusedException(Refusal refusal) {
        this(refusal, 0);
    }

    /** Refuses a request that would be served after a wait. */
    RefusedException(Refusal refusal, long waitNanos) {
        super(refusal.name(), null, false, false);
        this.refusal = refusal;
        this.waitNanos = waitNanos;
    }

    /** {@return seconds after which the client may try again, rounded up} */
    public OptionalLong retryAfter() {
        return waitNanos > 0 ? OptionalLong.of(Math.ceilDiv(waitNanos, SECOND)) : OptionalLong.empty();
    }

    /** {@return the reason} */
    public Refusal refusal() {
        return refusal;
    }
}
