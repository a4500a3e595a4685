package ulens.gateway.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import org.jspecify.annotations.Nullable;
import ulens.gateway.http.ProxyHeader.Found;
import ulens.gateway.limits.LimitedLog;
import ulens.gateway.limits.ProxyTrust;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A connection that begins with a header of the PROXY protocol. When the header is read, the connection inside takes
 * over.
 */
final class ProxiedConnection implements ServerConnection, InterruptableTask<Void> {
    private static final long DEADLINE_SECONDS = 5;
    private static final LimitedLog LOG = new LimitedLog(System.getLogger(ProxiedConnection.class.getName()),
            "[GATEWAY][WS] connections without a PROXY header");

    private final ConnectionContext context;
    private final ServerConnectionSelector selector;
    private final ProxyTrust trust;
    private final long began = System.nanoTime();
    private volatile @Nullable ServerConnection inside;

    ProxiedConnection(ConnectionContext context, ServerConnectionSelector selector, ProxyTrust trust) {
        this.context = context;
        this.selector = selector;
        this.trust = trust;
    }

    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        if (!trust.isEmpty() && !trust.trusts(context.remotePeer().address())) {
            throw refused("peer {0} is none of PROXY_TRUSTED");
        }
        ProxiedContext behind = readHeader();
        ServerConnection served = selector.connection(behind);
        inside = served;
        served.handle(requests);
    }

    private ProxiedContext readHeader() {
        CompletableFuture<Void> read = new CompletableFuture<>();
        read.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).exceptionally(_ -> {
            context.serverSocket().close();
            return null;
        });
        try {
            DataReader in = context.dataReader();
            byte[] begun = {};
            while (true) {
                in.ensureAvailable();
                byte[] more = in.readBytes(in.available());
                byte[] all = Arrays.copyOf(begun, begun.length + more.length);
                System.arraycopy(more, 0, all, begun.length, more.length);
                switch (ProxyHeader.read(all)) {
                    case Found.Incomplete _ -> begun = all;
                    case Found.Bad _ -> throw refused("peer {0} does not begin with a PROXY header");
                    case Found.Header header -> {
                        return new ProxiedContext(context, header.source(),
                                Arrays.copyOfRange(all, header.length(), all.length));
                    }
                }
            }
        } catch (DataReader.InsufficientDataAvailableException gone) {
            throw new CloseConnectionException("no PROXY header", gone);
        } finally {
            read.complete(null);
        }
    }

    private CloseConnectionException refused(String why) {
        LOG.log(System.Logger.Level.WARNING, "[GATEWAY][WS] connection closed: " + why, context.remotePeer().host());
        return new CloseConnectionException("no PROXY header");
    }

    @Override
    public Duration idleTime() {
        ServerConnection now = inside;
        return now == null ? Duration.ofNanos(System.nanoTime() - began) : now.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        ServerConnection now = inside;
        if (now == null) {
            context.serverSocket().close();
        } else {
            now.close(interrupt);
        }
    }

    @Override
    public boolean canInterrupt() {
        ServerConnection now = inside;
        return now == null || now instanceof InterruptableTask<?> task && task.canInterrupt();
    }
}
