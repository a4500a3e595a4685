package ulens.gateway.socketio;

import io.helidon.http.Headers;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.EngineServer;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.SessionListener;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.http.FrontDoor;
import ulens.gateway.work.Pace;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A Socket.IO server (protocol revision 5, as the stock clients 3 and 4 speak it) on a Helidon web server. See the
 * package documentation for a complete application.
 */
public final class SocketIoServer {
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final SocketIoConfig config;
    private final ServerContext context;
    private final InboundBudget inboundBudget;
    private volatile @Nullable EngineServer engine;

    /**
     * Creates a server that is not attached yet.
     *
     * @param config
     *            its settings
     */
    public SocketIoServer(SocketIoConfig config) {
        this.config = config;
        context = new ServerContext(config);
        inboundBudget = new InboundBudget(config.inbound().memory());
    }

    /**
     * Gets a namespace, and registers it first if it is new. Clients may connect to it from then on.
     *
     * @param name
     *            {@code /}, or a name such as {@code /ws}
     *
     * @return the namespace
     *
     * @throws IllegalArgumentException
     *             if the name does not start with a slash or has a comma in it
     */
    public Namespace namespace(String name) {
        return context.namespaces().register(name);
    }

    /**
     * Adds this server to a web server that is being built. Call it once.
     *
     * @param server
     *            the web server
     * @param routing
     *            its HTTP routing, which the caller then adds to it
     */
    public void attach(WebServerConfig.Builder server, HttpRouting.Builder routing) {
        create().attach(server, routing);
    }

    /**
     * The same with a front door of the caller's, and for some WebSocket requests only; the others are left to the
     * routing.
     *
     * @param server
     *            the web server
     * @param routing
     *            its HTTP routing, which the caller then adds to it
     * @param upgradable
     *            whether a request with these headers may become a WebSocket
     * @param door
     *            decides which connections are let in
     */
    public void attach(WebServerConfig.Builder server, HttpRouting.Builder routing, Predicate<Headers> upgradable,
            FrontDoor door) {
        create().attach(server, routing, upgradable, door);
    }

    private EngineServer create() {
        if (engine != null) {
            throw new IllegalStateException("attached already");
        }
        engine = EngineServer.create(config.engine(), this::open, inboundBudget);
        return engine;
    }

    /** {@return how many connections without a namespace were ended since the start to make room for others} */
    public long evicted() {
        return engine == null ? 0 : engine.evicted();
    }

    /** {@return the number of open connections, each with any number of namespaces} */
    public int connections() {
        return engine == null ? 0 : engine.sessions();
    }

    /** {@return bytes that are queued beyond the soft limits of the connections} */
    public long overflow() {
        return engine == null ? 0 : engine.overflow();
    }

    /** {@return the memory limit for the input of all connections} */
    public InboundBudget inboundBudget() {
        return inboundBudget;
    }

    /** {@return how many connections were refused because their address opened too many in a short time} */
    public long refusedHandshakes() {
        return engine == null ? 0 : engine.refusedHandshakes();
    }

    /** {@return how many HTTP requests were refused because their address sent too many in a short time} */
    public long refusedRequests() {
        return engine == null ? 0 : engine.refusedRequests();
    }

    /**
     * Closes all connections with the reason "server shutting down", and accepts no more. The stock clients try to
     * connect again.
     */
    public void close() {
        if (engine != null) {
            engine.close();
        }
        context.timer().close();
    }

    /**
     * Closes all connections one by one, in random order and evenly spread, so that their clients do not all reconnect
     * at the same moment. New ones are refused from the start; those that are still open are served until their turn.
     * Meant for the time before {@link #close()}.
     *
     * @param pace
     *            when each has its turn
     * @param spread
     *            the time from closing the first to closing the last
     * @param first
     *            which sockets' connections are closed before the others
     */
    public void closeOneByOne(Pace pace, Duration spread, Predicate<Socket> first) {
        if (engine != null) {
            Set<EngineSession> early = connections.stream().flatMap(connection -> connection.sessionOf(first).stream())
                    .collect(Collectors.toSet());
            engine.closeOneByOne(pace, spread, early::contains);
        }
    }

    /**
     * Waits until every connection is closed and the last handler of each has ended. Meant for the time after
     * {@link #close()}, before what the handlers use is closed.
     *
     * @param timeout
     *            the longest wait
     *
     * @return whether all have ended
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    public boolean awaitHandlers(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (!connections.isEmpty()) {
            if (System.nanoTime() - start >= timeout.toNanos()) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /**
     * Closes the connections that are left, and waits for the last handlers.
     *
     * @param limit
     *            about how long it may take
     */
    public void closeWithin(Duration limit) {
        close();
        try {
            awaitHandlers(limit.dividedBy(2));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    SessionListener open(EngineSession session) {
        Connection connection = new Connection(context, session, connections::remove);
        connections.add(connection);
        connection.expectConnect();
        return connection;
    }

    /** {@return how many deadlines and timeouts are set} */
    int deadlines() {
        return context.timer().waiting();
    }
}
