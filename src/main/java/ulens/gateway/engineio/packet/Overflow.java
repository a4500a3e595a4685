package ulens.gateway.engineio.packet;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that are queued for all sessions beyond the soft limit of each. Few sessions are ever beyond it, so the hot
 * path does not come here.
 */
public final class Overflow {
    private final int soft;
    private final long limit;
    private final AtomicLong sum = new AtomicLong();

    /**
     * A sum of nothing.
     *
     * @param soft
     *            bytes that each session may queue for free
     * @param limit
     *            bytes beyond which no session that is over its soft limit may queue more
     */
    public Overflow(int soft, long limit) {
        this.soft = soft;
        this.limit = limit;
    }

    /** The queue of one session has changed its size. */
    void changed(int before, int after) {
        if (before > soft || after > soft) {
            sum.addAndGet((long) Math.max(after, soft) - Math.max(before, soft));
        }
    }

    /** {@return the sum in bytes} */
    public long sum() {
        return sum.get();
    }

    /**
     * Checks one session.
     *
     * @param queued
     *            bytes in its queue
     *
     * @return whether the session has to be closed
     */
    public boolean isTooMuch(int queued) {
        return queued > soft && sum.get() > limit;
    }
}
