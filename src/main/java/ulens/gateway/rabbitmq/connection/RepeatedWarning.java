package ulens.gateway.rabbitmq.connection;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Logs a warning when it is new, and the same one again only once a minute. Not thread-safe. */
final class RepeatedWarning {

    private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();

    private final Logger logger;
    private @Nullable String last;
    private long lastAt;

    RepeatedWarning(Logger logger) {
        this.logger = logger;
    }

    void log(String message) {
        long now = System.nanoTime();
        boolean repeated = message.equals(last) && now - lastAt < REMIND_NANOS;
        logger.log(repeated ? Level.DEBUG : Level.WARNING, message);
        if (!repeated) {
            last = message;
            lastAt = now;
        }
    }

    /** The problem is over: the next warning is new. */
    void forget() {
        last = null;
    }
}
