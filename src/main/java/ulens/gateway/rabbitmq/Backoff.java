package ulens.gateway.rabbitmq;

import java.time.Duration;

/** Pauses between attempts: each twice the last, up to five times the first. Not thread-safe. */
final class Backoff {

    private static final int GROWTH = 5;

    private final long firstNanos;
    private long nextNanos;
    private long upSince;
    private boolean up;

    Backoff(Duration first) {
        this.firstNanos = first.toNanos();
        this.nextNanos = firstNanos;
    }

    /** An attempt succeeded at this moment. */
    void succeeded(long nowNanos) {
        up = true;
        upSince = nowNanos;
    }

    /**
     * The pause before the next attempt. A success starts the row anew only if it lasted: what breaks again at once
     * must not be retried at once.
     */
    Duration next(long nowNanos) {
        if (up && nowNanos - upSince >= firstNanos * GROWTH) {
            nextNanos = firstNanos;
        }
        up = false;
        Duration pause = Duration.ofNanos(nextNanos);
        nextNanos = Math.min(nextNanos * 2, firstNanos * GROWTH);
        return pause;
    }
}
