package ulens.gateway.http;

import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A connection that has come through a {@link FrontDoor}: it is counted, has a deadline for each read and write while
 * it speaks HTTP, and can be ended. The application calls {@link #keep()} when the peer has shown that it is a real
 * client; until then the connection is among the first to be ended when room is short.
 */
public final class GuardedConnection implements ServerConnection, InterruptableTask<Void> {
    private static final ScopedValue<GuardedConnection> CURRENT = ScopedValue.newInstance();

    private final ConnectionLimits connectionLimits;
    private final Guard guard;
    private final ServerConnection inside;

    GuardedConnection(ConnectionLimits connectionLimits, ConnectionContext outside, ServerConnectionSelector selector) {
        this.connectionLimits = connectionLimits;
        this.guard = new Guard(connectionLimits, outside);
        RequestInput input = new RequestInput(outside.serverSocket(), guard, connectionLimits.limits());
        this.inside = selector.connection(new GuardedContext(outside, guard, input));
        guard.servedBy(inside);
    }

    /** {@return the connection that the calling thread serves} */
    public static Optional<GuardedConnection> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** Keeps the connection when room is short, since its peer is a real client. A poll is kept until its answer. */
    public void keep() {
        connectionLimits.keep(guard);
    }

    /** Takes back {@link #keep()}: the peer is treated as a stranger again. */
    public void strange() {
        connectionLimits.waits(guard);
    }

    /** The connection no longer speaks HTTP; the protocol that has taken it over sets its own deadlines. */
    public void upgraded() {
        guard.upgraded();
        connectionLimits.upgraded(guard);
    }

    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        guard.servedBy(Thread.currentThread());
        try {
            long wait = connectionLimits.toWait(guard.peer());
            if (wait > 0) {
                String seconds = Long.toString(1 + TimeUnit.NANOSECONDS.toSeconds(wait));
                guard.say(429, "Too Many Requests", "Retry-After: " + seconds + "\r\n", "too many new connections");
            } else if (connectionLimits.admit(guard)) {
                ScopedValue.where(CURRENT, this).call(() -> {
                    inside.handle(requests);
                    return null;
                });
            } else {
                guard.say(503, "Service Unavailable", "Retry-After: 5\r\n", "too many connections");
            }
        } finally {
            connectionLimits.left(guard);
            // here and not later, since Helidon accepts the next connection before it closes this one
            guard.close();
        }
    }

    // Helidon closes connections that have been idle for long, but checks only every two minutes; ours are checked here
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        inside.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return guard.isBetweenRequests();
    }
}
