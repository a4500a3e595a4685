package ulens.gateway.engineio;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;

/**
 * Helidon's HTTP/1.1 connection, made known to the handlers that run on it so that they can end it. Nothing else can: a
 * handler that answers {@code Connection: close} is not obeyed, and an exception may be swallowed by a filter.
 */
final class HttpConnection implements ServerConnection, InterruptableTask<Void> {
    private static final ScopedValue<HttpConnection> CURRENT = ScopedValue.newInstance();

    private final ServerConnection helidon;

    /** Makes such connections. */
    record Selector(Http1ConnectionSelector helidon) implements ServerConnectionSelector {
        @Override
        public int bytesToIdentifyConnection() {
            return helidon.bytesToIdentifyConnection();
        }

        @Override
        public Support supports(BufferData data) {
            return helidon.supports(data);
        }

        @Override
        public Set<String> supportedApplicationProtocols() {
            return helidon.supportedApplicationProtocols();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new HttpConnection(helidon.connection(context));
        }
    }

    private HttpConnection(ServerConnection helidon) {
        this.helidon = helidon;
    }

    /** Ends the connection of the calling handler once its answer is written, whatever is left of the request. */
    static void endAfterThisRequest() {
        if (CURRENT.isBound()) {
            // In the middle of a request this only leaves the loop that waits for the next one.
            CURRENT.get().helidon.close(false);
        }
    }

    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        ScopedValue.where(CURRENT, this).call(() -> {
            helidon.handle(requests);
            return null;
        });
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
