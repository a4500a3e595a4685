package ulens.gateway.engineio.inbound;

import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import ulens.gateway.http.UnconditionalSelector;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Helidon's HTTP/1.1 connection, made available to the handlers that run on it so that they can end it. They have no
 * other way: {@code Connection: close} in an answer is ignored, and an exception may be swallowed by a filter.
 */
public final class HttpConnection implements ServerConnection, InterruptableTask<Void> {
    private static final ScopedValue<HttpConnection> CURRENT = ScopedValue.newInstance();

    private final ServerConnection helidon;
    private final CountedInput input;

    /**
     * Makes such connections.
     *
     * @param inside
     *            makes Helidon's connections
     * @param budget
     *            memory for the input of all of them
     */
    public record Selector(ServerConnectionSelector inside, InboundBudget budget) implements UnconditionalSelector {
        @Override
        public ServerConnection connection(ConnectionContext context) {
            CountedInput input = new CountedInput(context, budget);
            return new HttpConnection(inside.connection(input), input);
        }
    }

    private HttpConnection(ServerConnection helidon, CountedInput input) {
        this.helidon = helidon;
        this.input = input;
    }

    /** Ends the connection of the calling handler once its answer is written, whatever is left of the request. */
    public static void endAfterThisRequest() {
        if (CURRENT.isBound()) {
            // In the middle of a request this only ends the loop that waits for the next one.
            CURRENT.get().helidon.close(false);
        }
    }

    /**
     * Counts the unread input of the calling handler's connection against the session whose body it is.
     *
     * @param session
     *            the session's share
     */
    public static void payBy(InboundShare session) {
        if (CURRENT.isBound()) {
            CURRENT.get().input.payBy(session);
        }
    }

    /** Ends {@link #payBy}: the body has been read, or never will be. */
    public static void payByStranger() {
        if (CURRENT.isBound()) {
            CURRENT.get().input.payByStranger();
        }
    }

    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        try {
            ScopedValue.where(CURRENT, this).call(() -> {
                helidon.handle(requests);
                return null;
            });
        } finally {
            input.release();
        }
    }

    @Override
    public Duration idleTime() {
        return helidon.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        helidon.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return helidon instanceof InterruptableTask<?> task && task.canInterrupt();
    }
}
