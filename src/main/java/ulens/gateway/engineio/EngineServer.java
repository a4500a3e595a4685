package ulens.gateway.engineio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;

/** An Engine.IO 4 server on a Helidon web server. */
public final class EngineServer {
    private static final String REASON = "server shutting down";
    private static final String PROTOCOL = "websocket";
    private static final Duration CLOSE_AT_MOST = Duration.ofSeconds(1);
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(5);

    private final EngineConfig config;
    private final Sessions sessions;

    private EngineServer(EngineConfig config, Sessions sessions) {
        this.config = config;
        this.sessions = sessions;
    }

    /**
     * A server that is not attached yet. It has one thread of its own, until {@link #close()}.
     *
     * @param config
     *            its settings
     * @param acceptor
     *            makes the application's side of each session
     *
     * @return the server
     */
    public static EngineServer create(EngineConfig config, SessionAcceptor acceptor) {
        return new EngineServer(config, new Sessions(config, acceptor));
    }

    /**
     * Adds the two transports to a web server that is being built. The web server gets an HTTP/1.1 connection selector
     * of ours, which goes before its own (WebSockets on other paths keep working), and its limit for the size of
     * request bodies is lowered to {@link EngineConfig#maxPayload()} if it is higher or missing: Helidon buffers each
     * chunk of a chunked body before anybody else can see it.
     *
     * @param server
     *            the web server
     * @param routing
     *            its HTTP routing, which the caller then adds to it
     */
    public void attach(WebServerConfig.Builder server, HttpRouting.Builder routing) {
        Origins origins = new Origins(config.origins());
        Admission admission = new Admission(sessions, origins);
        EngineUpgrader upgrader = new EngineUpgrader(find(server, WsConfig.class, WsConfig.create()), sessions,
                admission, this::isOurs);
        var selector = Http1ConnectionSelector.builder().config(find(server, Http1Config.class, Http1Config.create()));
        spellings(PROTOCOL).forEach(spelling -> selector.putUpgrader(spelling, upgrader));
        server.addConnectionSelector(new HttpConnection.Selector(selector.build()));
        if (server.maxPayloadSize() < 0 || server.maxPayloadSize() > config.maxPayload()) {
            server.maxPayloadSize(config.maxPayload());
        }
        PollingHandler handler = new PollingHandler(sessions, admission, origins);
        routing.any(config.path(), handler);
    }

    private boolean isOurs(HttpPrologue prologue) {
        return prologue.uriPath().path().equals(config.path());
    }

    private static <T> T find(WebServerConfig.Builder server, Class<T> type, T otherwise) {
        return server.protocols().stream().filter(type::isInstance).map(type::cast).findFirst().orElse(otherwise);
    }

    // The value of an Upgrade header has no case (RFC 9110, 7.8), but Helidon looks it up in a map as it is.
    private static List<String> spellings(String word) {
        List<String> spellings = new ArrayList<>();
        for (int upper = 0; upper < 1 << word.length(); upper++) {
            char[] spelling = word.toCharArray();
            for (int i = 0; i < spelling.length; i++) {
                if ((upper >> i & 1) == 1) {
                    spelling[i] = Character.toUpperCase(spelling[i]);
                }
            }
            spellings.add(new String(spelling));
        }
        return spellings;
    }

    /** {@return the number of open sessions} */
    public int sessions() {
        return sessions.open();
    }

    /** {@return the number of sessions that requests can still find, those included that are saying goodbye} */
    int known() {
        return sessions.known();
    }

    /**
     * Asks at once for every proof of receipt ({@link EngineSession#whenReceived}) that waits for more messages that it
     * could cover as well. Meant for the end of a burst.
     */
    public void hurryProofs() {
        sessions.all().forEach(Session::hurryProof);
    }

    /** Closes all sessions with "server shutting down", refuses new ones, and stops the server's own threads. */
    public void close() {
        close(CLOSE_AT_MOST);
    }

    void close(Duration limit) {
        sessions.refuseNew();
        sessions.all().forEach(session -> session.close(REASON, Frame.GOING_AWAY));
        long start = System.nanoTime();
        while (sessions.open() > 0 && System.nanoTime() - start < limit.toNanos()) {
            LockSupport.parkNanos(LOOK_AGAIN);
        }
        sessions.all().forEach(session -> session.finish(REASON, Frame.GOING_AWAY));
        sessions.wheel().stop();
    }

    /**
     * Refuses new sessions at once and closes the existing ones in random order, evenly spread, so that their clients
     * do not all come back at the same moment. Then stops like {@link #close()}. Blocks until done.
     *
     * @param spread
     *            the time from the first to the last
     */
    public void closeStaggered(Duration spread) {
        sessions.refuseNew();
        List<Session> order = new ArrayList<>(sessions.all());
        Collections.shuffle(order);
        long start = System.nanoTime();
        for (int i = 0; i < order.size(); i++) {
            long due = spread.toNanos() / order.size() * i;
            for (long early = due - (System.nanoTime() - start); early > 0; early = due - (System.nanoTime() - start)) {
                if (Thread.currentThread().isInterrupted()) {
                    close();
                    return;
                }
                LockSupport.parkNanos(early);
            }
            order.get(i).close(REASON, Frame.GOING_AWAY);
        }
        close();
    }
}
