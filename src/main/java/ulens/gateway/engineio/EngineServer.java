package ulens.gateway.engineio;

import io.helidon.http.DirectHandler;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.inbound.HttpConnection;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.request.CorsOnErrors;
import ulens.gateway.engineio.request.Origins;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.http.FrontDoor;
import ulens.gateway.http.HttpLimits;
import ulens.gateway.http.ProxyProtocol;
import ulens.gateway.websocket.CloseCode;
import ulens.gateway.work.Pace;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** An Engine.IO 4 server on a Helidon web server. */
public final class EngineServer {
    private static final String REASON = "server shutting down";
    private static final String PROTOCOL = "websocket";
    private static final Duration CLOSE_AT_MOST = Duration.ofSeconds(1);
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(5);

    private final EngineConfig config;
    private final SessionRegistry sessions;
    private @Nullable FrontDoor ownDoor;

    private EngineServer(EngineConfig config, SessionRegistry sessions) {
        this.config = config;
        this.sessions = sessions;
    }

    /**
     * Creates a server that is not attached yet. It has one thread of its own, until {@link #close()}.
     *
     * @param config
     *            the settings of the server
     * @param acceptor
     *            makes the application's side of each session
     *
     * @return the server
     */
    public static EngineServer create(EngineConfig config, SessionAcceptor acceptor) {
        return create(config, acceptor, new InboundBudget(InboundBudget.defaultSize()));
    }

    /**
     * The same, with a limit of its own for the memory of input that is not handled yet.
     *
     * @param config
     *            the settings of the server
     * @param acceptor
     *            makes the application's side of each session
     * @param budget
     *            the limit, which must not be shared with another server
     *
     * @return the server
     */
    public static EngineServer create(EngineConfig config, SessionAcceptor acceptor, InboundBudget budget) {
        return new EngineServer(config, SessionRegistry.create(config, acceptor, budget));
    }

    /**
     * Adds the two transports to a web server that is being built. It gets an HTTP/1.1 connection selector of ours
     * before its own (WebSockets on other paths keep working), and its limit for the size of request bodies is lowered
     * to {@link EngineConfig.Limits#maxPayload()} if it is higher or missing: Helidon buffers each chunk of a chunked
     * body before a handler can see it.
     *
     * @param server
     *            the web server
     * @param routing
     *            its HTTP routing, which the caller then adds to it
     */
    public void attach(WebServerConfig.Builder server, HttpRouting.Builder routing) {
        ownDoor = new FrontDoor("http", HttpLimits.defaults());
        attach(server, routing, _ -> true, ownDoor);
    }

    /**
     * The same with a front door of the caller's, which the caller has to close, and for some WebSocket requests only;
     * the others are left to the routing.
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
        Origins origins = new Origins(config.origins());
        RequestRules admission = new RequestRules(sessions, origins);
        EngineUpgrader upgrader = new EngineUpgrader(find(server, WsConfig.class, WsConfig.create()), sessions,
                admission, this::isOurs, upgradable);
        var selector = Http1ConnectionSelector.builder()
                .config(FrontDoor.http1(find(server, Http1Config.class, Http1Config.create())))
                .putUpgrader(PROTOCOL, upgrader);
        PeerRules peers = config.peers();
        door.attach(server, new HttpConnection.Selector(selector.build(), sessions.context().budget()),
                inside -> peers.proxyProtocol() ? new ProxyProtocol(inside, peers.addresses().trust()) : inside);
        if (server.maxPayloadSize() < 0 || server.maxPayloadSize() > config.limits().maxPayload()) {
            server.maxPayloadSize(config.limits().maxPayload());
        }
        server.directHandlers(DirectHandlers.builder()
                .addHandler(DirectHandler.EventType.BAD_REQUEST, new CorsOnErrors(origins, config.path()::equals))
                .build());
        PollingHandler handler = new PollingHandler(sessions, admission, origins);
        routing.any(config.path(), handler);
    }

    private boolean isOurs(HttpPrologue prologue) {
        return prologue.uriPath().path().equals(config.path());
    }

    private static <T> T find(WebServerConfig.Builder server, Class<T> type, T otherwise) {
        return server.protocols().stream().filter(type::isInstance).map(type::cast).findFirst().orElse(otherwise);
    }

    /** {@return how many sessions that had not been let in had to make room for others since the start} */
    public long evicted() {
        return sessions.evicted();
    }

    /** {@return the number of open sessions} */
    public int sessions() {
        return sessions.open();
    }

    /**
     * {@return bytes that are queued beyond the soft limits of the sessions; a quarter of the heap at most}
     */
    public long overflow() {
        return sessions.context().overflow().sum();
    }

    InboundBudget budget() {
        return sessions.context().budget();
    }

    /** {@return how many sessions were refused because their address opened too many in a short time} */
    public long refusedHandshakes() {
        return sessions.limits().refusedHandshakes();
    }

    /** {@return how many requests were refused because their address sent too many in a short time} */
    public long refusedRequests() {
        return sessions.limits().refusedRequests();
    }

    /** {@return the number of sessions that requests can still find, including those that have just ended} */
    int known() {
        return sessions.known();
    }

    /** Closes all sessions with "server shutting down", refuses new ones, and stops the server's own threads. */
    public void close() {
        close(CLOSE_AT_MOST);
    }

    void close(Duration limit) {
        sessions.refuseNew();
        sessions.all().forEach(session -> session.close(REASON, CloseCode.GOING_AWAY));
        long start = System.nanoTime();
        while (sessions.open() > 0 && System.nanoTime() - start < limit.toNanos()) {
            LockSupport.parkNanos(LOOK_AGAIN);
        }
        sessions.all().forEach(session -> session.finish(REASON, CloseCode.GOING_AWAY));
        sessions.context().wheel().stop();
        if (ownDoor != null) {
            ownDoor.close();
        }
    }

    /**
     * Refuses new sessions at once and closes the existing ones in random order, evenly spread, so that their clients
     * do not all come back at the same moment. Everything else goes on, until {@link #close()}. Blocks until the last
     * one is closing.
     *
     * @param pace
     *            when each has its turn
     * @param spread
     *            the time from closing the first to closing the last
     * @param first
     *            which of them are closed before the others
     */
    public void closeOneByOne(Pace pace, Duration spread, Predicate<? super EngineSession> first) {
        sessions.refuseNew();
        pace.each(Pace.shuffled(sessions.all(), first), spread, session -> session.close(REASON, CloseCode.GOING_AWAY));
    }
}
