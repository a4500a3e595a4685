package ulens.gateway.socketio;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import tools.jackson.databind.json.JsonMapper;

import ulens.gateway.engineio.EngineConfig;
import ulens.gateway.engineio.EngineServer;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.SessionListener;

/**
 * A Socket.IO server (protocol revision 5, as the stock clients 3 and 4 speak it) on a Helidon web server. See the
 * package documentation for a complete application.
 */
public final class SocketIoServer {
    private static final int SID_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Namespace> namespaces = new ConcurrentHashMap<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Timer timer = new Timer();
    private final Builder settings;
    private final JsonMapper json;
    private final PacketEncoder encoder;
    private volatile EngineServer engine;

    private SocketIoServer(Builder settings) {
        this.settings = settings;
        json = JsonFormat.create(settings.maxJsonDepth);
        encoder = new PacketEncoder(json);
    }

    /** {@return a builder with the defaults of the stock server} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Gets a namespace, and registers it first if it is new. Clients may connect to it from then on.
     *
     * @param name
     *            as in the protocol: {@code /} or for example {@code /ws}
     *
     * @return the namespace
     *
     * @throws IllegalArgumentException
     *             if the name does not start with a slash or has a comma in it
     */
    public Namespace namespace(String name) {
        if (!name.startsWith("/") || name.indexOf(',') >= 0) {
            throw new IllegalArgumentException("not the name of a namespace: " + name);
        }
        return namespaces.computeIfAbsent(name, key -> new Namespace(this, key));
    }

    /**
     * Adds this server to a web server that is being built; once.
     *
     * @param server
     *            the web server
     * @param routing
     *            its HTTP routing, which the caller then adds to it
     */
    public void attach(WebServerConfig.Builder server, HttpRouting.Builder routing) {
        if (engine != null) {
            throw new IllegalStateException("attached already");
        }
        engine = EngineServer.create(settings.engine, this::open);
        engine.attach(server, routing);
    }

    /** {@return the number of open connections, each with any number of namespaces} */
    public int connections() {
        return engine == null ? 0 : engine.sessions();
    }

    /** Asks at once for the proofs of receipt ({@link Socket#whenReceived}) that wait for company, after a burst. */
    public void hurryProofs() {
        if (engine != null) {
            engine.hurryProofs();
        }
    }

    /**
     * Closes all connections with the reason "server shutting down", and accepts no more. The stock clients try to
     * connect again.
     */
    public void close() {
        if (engine != null) {
            engine.close();
        }
        timer.stop();
    }

    /**
     * The same, but the connections are closed one by one, in random order and evenly spread, so that their clients do
     * not all come again at the same moment. New ones are refused from the start. Returns when all are closed; if
     * interrupted, it closes all at once.
     *
     * @param spread
     *            the time from the first to the last
     */
    public void closeStaggered(Duration spread) {
        if (engine != null) {
            engine.closeStaggered(spread);
        }
        close();
    }

    /**
     * Waits until every connection is closed and the last handler of each has ended. Meant for the time after
     * {@link #close()}, before what the handlers use is closed.
     *
     * @param timeout
     *            how long to wait at most
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

    SessionListener open(EngineSession session) {
        Connection connection = new Connection(this, session);
        connections.add(connection);
        connection.expectConnect();
        return connection;
    }

    void closed(Connection connection) {
        connections.remove(connection);
    }

    Namespace find(String name) {
        return namespaces.get(name);
    }

    String newSid() {
        byte[] bytes = new byte[SID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    PacketDecoder newDecoder() {
        return new PacketDecoder(json, settings.maxAttachments);
    }

    Mailbox newMailbox() {
        return new Mailbox(settings.inboundQueue, settings.engine.maxPayload());
    }

    PacketEncoder encoder() {
        return encoder;
    }

    Timer timer() {
        return timer;
    }

    Duration connectTimeout() {
        return settings.connectTimeout;
    }

    /** The settings of a server. */
    public static final class Builder {
        private static final int DEEPEST = 400;

        private EngineConfig engine = EngineConfig.defaults("/socket.io/");
        private Duration connectTimeout = Duration.ofSeconds(45);
        private int maxAttachments = 10;
        private int maxJsonDepth = 100;
        private int inboundQueue = 64;

        private Builder() {
        }

        /**
         * Settings of the Engine.IO server below; without them those of the stock server at {@code /socket.io/}.
         *
         * @param engine
         *            the settings
         *
         * @return this builder
         */
        public Builder engine(EngineConfig engine) {
            this.engine = Objects.requireNonNull(engine);
            return this;
        }

        /**
         * How long a client may take to connect to its first namespace; 45 seconds if not set.
         *
         * @param connectTimeout
         *            longer than nothing
         *
         * @return this builder
         */
        public Builder connectTimeout(Duration connectTimeout) {
            check(connectTimeout.isPositive(), "connect timeout is not positive");
            this.connectTimeout = connectTimeout;
            return this;
        }

        /**
         * The most binary attachments of one packet of a client; 10 if not set. A client can make the server hold that
         * many messages of {@link EngineConfig#maxPayload()} bytes.
         *
         * @param maxAttachments
         *            0 to 9999
         *
         * @return this builder
         */
        public Builder maxAttachments(int maxAttachments) {
            check(maxAttachments >= 0 && maxAttachments <= 9999, "attachments are not within 0 to 9999");
            this.maxAttachments = maxAttachments;
            return this;
        }

        /**
         * How deep the JSON of a client may be nested, the outermost array counted; 100 if not set.
         *
         * @param maxJsonDepth
         *            1 to 400
         *
         * @return this builder
         */
        public Builder maxJsonDepth(int maxJsonDepth) {
            check(maxJsonDepth > 0 && maxJsonDepth <= DEEPEST, "JSON depth is not within 1 to " + DEEPEST);
            this.maxJsonDepth = maxJsonDepth;
            return this;
        }

        /**
         * How many packets of one client may wait for its handlers before no more are read from it; 64 if not set.
         * Together they are never larger than {@link EngineConfig#maxPayload()}, unless one alone is.
         *
         * @param inboundQueue
         *            at least 1
         *
         * @return this builder
         */
        public Builder inboundQueue(int inboundQueue) {
            check(inboundQueue > 0, "inbound queue holds nothing");
            this.inboundQueue = inboundQueue;
            return this;
        }

        /** {@return the server, not attached yet} */
        public SocketIoServer build() {
            Builder settings = new Builder();
            settings.engine = engine;
            settings.connectTimeout = connectTimeout;
            settings.maxAttachments = maxAttachments;
            settings.maxJsonDepth = maxJsonDepth;
            settings.inboundQueue = inboundQueue;
            return new SocketIoServer(settings);
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new IllegalArgumentException(otherwise);
            }
        }
    }
}
