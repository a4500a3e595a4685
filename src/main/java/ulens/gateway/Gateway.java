package ulens.gateway;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import org.flywaydb.core.internal.exception.sqlExceptions.FlywaySqlUnableToConnectToDbException;
import ulens.gateway.auth.Authenticator;
import ulens.gateway.delivery.DeliveryTable;
import ulens.gateway.delivery.Rooms;
import ulens.gateway.engineio.EngineConfig;
import ulens.gateway.intake.Intake;
import ulens.gateway.intake.IntakeRoutes;
import ulens.gateway.intake.IntakeSettings;
import ulens.gateway.intake.SuspectTable;
import ulens.gateway.ops.Health;
import ulens.gateway.ops.Tally;
import ulens.gateway.outbox.Outbox;
import ulens.gateway.outbox.OutboxTable;
import ulens.gateway.rabbitmq.ConnectionListener;
import ulens.gateway.receipts.ReceiptTable;
import ulens.gateway.receipts.Receipts;
import ulens.gateway.session.ClientSessionTable;
import ulens.gateway.session.NotificationNamespace;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.SocketIoServer;

import java.net.BindException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** The gateway: wires the parts, starts them in the order in which they need each other, and stops them in reverse. */
public final class Gateway implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Gateway.class.getName());
    private static final int LEAST_HARD_QUEUE_LIMIT = 4 * 1024 * 1024;
    private static final int SOFT_QUEUE_LIMIT = 64 * 1024;
    private static final Duration MARGIN = Duration.ofMillis(500);
    private static final int PACKETS_PER_POST = 1_000;
    private static final int OTHER_CONNECTIONS = 1_000;

    private final GatewayConfig config;
    private final DevMode dev;
    private final Database database;
    private final Broker broker;
    private final Rooms<EncodedEvent> rooms;
    private final Receipts receipts;
    private final Outbox outbox;
    private final OutboxTable outboxTable;
    private final Intake intake;
    private final SocketIoServer sockets;
    private final NotificationNamespace namespace;
    private final WebServer web;
    private final GatewayMeters meters;
    private final Tally tally;
    private volatile boolean stopping;

    private Gateway(GatewayConfig config, DevMode dev, UnaryOperator<Map<String, Object>> queueArguments, Clock clock) {
        this.config = config;
        this.dev = dev;
        DatabaseUrl url = config.database().url().orElseGet(dev::databaseUrl);
        this.database = Database.open(config.database(), url);
        if (config.database().migrate()) {
            migrate(url);
        }
        this.broker = new Broker(config.rmq().url().orElseGet(dev::brokerUrl),
                BrokerNames.topology(config.rmq()).withArguments(queueArguments), config.rmq(), logged());
        String node = "node-" + UUID.randomUUID();
        this.outboxTable = new OutboxTable(database.client(), node);
        this.outbox = new Outbox(outboxTable, broker::publish, broker::connected, config.outbox().batchSize(),
                config.outbox().pollInterval(), config.outbox().claim());
        DeliveryTable table = new DeliveryTable(database.client());
        this.receipts = new Receipts(new ReceiptTable(database.client()), outbox::wake);
        this.sockets = SocketIoServer.builder().engine(engine(config)).connectTimeout(config.socket().connectTimeout())
                .build();
        this.namespace = new NotificationNamespace(sockets.namespace(NotificationNamespace.NAME),
                new Authenticator(config.auth().secret(), config.auth().clockSkew(), clock), receipts,
                config.auth().refuseWithConnectError(), new ClientSessionTable(database.client(), node, table::heads),
                config.socket().maxDisconnection());
        this.rooms = new Rooms<>(table, namespace.encoder(), config.delivery().pageSize(),
                config.delivery().concurrentReads(), config.delivery().sweepInterval());
        this.meters = new GatewayMeters();
        this.intake = new Intake(
                new IntakeSettings(config.intake().batchSize(), config.intake().linger(), config.intake().maxBody(),
                        config.intake().hold()),
                table, new SuspectTable(database.client(), node), rooms::offer, broker.publisher(),
                new IntakeRoutes(BrokerNames.DEAD_LETTERS, config.rmq().deadQueue(), config.rmq().retryQueue()),
                meters.batches(), () -> database.answers(Duration.ofSeconds(1)));
        intake.from(broker.source());
        intake.afterBacklog(() -> rooms.afterOffers(sockets::hurryProofs));
        meters.register(this);
        this.tally = meters.tally(this);
        this.web = web();
    }

    /**
     * Starts a gateway.
     *
     * @param config
     *            its configuration
     *
     * @return when it is ready to take clients
     */
    public static Gateway start(GatewayConfig config) {
        DevMode dev = DevMode.start(config);
        return start(config, dev, dev.queueArguments(), Clock.systemUTC());
    }

    /** For tests that bring a broker with a dialect of its own. */
    static Gateway start(GatewayConfig config, UnaryOperator<Map<String, Object>> queueArguments) {
        return start(config, queueArguments, Clock.systemUTC());
    }

    /** For tests whose clock is wrong. */
    static Gateway start(GatewayConfig config, UnaryOperator<Map<String, Object>> queueArguments, Clock clock) {
        return start(config, DevMode.start(config), queueArguments, clock);
    }

    private static Gateway start(GatewayConfig config, DevMode dev, UnaryOperator<Map<String, Object>> queueArguments,
            Clock clock) {
        try {
            Gateway gateway = new Gateway(config, dev, queueArguments, clock);
            gateway.open();
            return gateway;
        } catch (RuntimeException failure) {
            dev.close();
            throw failure;
        }
    }

    private void open() {
        if (config.auth().secretIsShort()) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][WS] ACCESS_SECRET_KEY is shorter than 32 bytes; HS256 asks for at least that many");
        }
        namespace.open(rooms, config.socket().testInterval());
        listen();
        broker.start(intake);
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] listening on port {0}", Integer.toString(port()));
        dev.welcome(config, port(), broker);
    }

    private void listen() {
        try {
            web.start();
        } catch (RuntimeException failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new IllegalStateException("can't listen on " + config.host() + ":" + config.port() + " ("
                            + cause.getMessage() + "); stop who uses it, or set env variable PORT", failure);
                }
            }
            throw failure;
        }
    }

    /** {@return the port that it listens on} */
    public int port() {
        return web.port();
    }

    /** Stops: takes nothing new, finishes what is in hand, tells the clients to come back. May be called again. */
    @Override
    public void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] stopping");
        // shares of what is left: a part that hangs must leave time for those after it
        new StopSequence(config.stopGrace().minus(MARGIN)).step("consumer", 0.2, _ -> broker.cancel())
                .step("intake", 0.4, intake::close).step("sockets", 0.5, this::closeSockets)
                .step("namespace", 0.3, _ -> namespace.close()).step("proofs", 0.4, _ -> rooms.close())
                .step("outbox", 0.5, outbox::close).step("broker", 0.5, _ -> broker.close())
                .step("web server", 0.5, _ -> web.stop()).step("database", 0.5, _ -> database.close())
                .step("embedded services", 1, _ -> dev.close());
        tally.close();
        meters.close();
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] stopped");
    }

    /** One by one, so that they do not all come back at the same moment; the last ones get time to say goodbye. */
    private void closeSockets(Duration limit) {
        sockets.closeStaggered(limit.dividedBy(2));
        try {
            sockets.awaitHandlers(limit.dividedBy(4));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    Database database() {
        return database;
    }

    Broker broker() {
        return broker;
    }

    Rooms<EncodedEvent> rooms() {
        return rooms;
    }

    Receipts receipts() {
        return receipts;
    }

    Outbox outbox() {
        return outbox;
    }

    OutboxTable outboxTable() {
        return outboxTable;
    }

    Intake intake() {
        return intake;
    }

    SocketIoServer sockets() {
        return sockets;
    }

    private WebServer web() {
        HttpRouting.Builder routing = HttpRouting.builder();
        WebServerConfig.Builder server = WebServer.builder().host(config.host()).port(config.port()).shutdownHook(false)
                .shutdownGracePeriod(Duration.ofSeconds(1))
                .maxTcpConnections(config.socket().maxSessions() + OTHER_CONNECTIONS)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).socketKeepAlive(true).build())
                .addFeature(ObserveFeature
                        .builder().observersDiscoverServices(false).addObserver(Health.observer(() -> stopping,
                                () -> database.answers(Duration.ofSeconds(1)), broker::connected, intake::storing))
                        .addObserver(MetricsObserver.create()).build());
        sockets.attach(server, routing);
        dev.attach(routing, broker.publisher());
        return server.addRouting(routing).build();
    }

    private static EngineConfig engine(GatewayConfig config) {
        GatewayConfig.Sockets socket = config.socket();
        return new EngineConfig(socket.path(), socket.pingInterval(), socket.pingTimeout(), socket.maxPayload(),
                config.delivery().confirmAfter(), SOFT_QUEUE_LIMIT, hardQueueLimit(config),
                config.delivery().slowClientTimeout(), socket.maxSessions(), socket.maxSessionsPerAddress(),
                PACKETS_PER_POST, socket.origins());
    }

    /** Room for the largest row behind a queue that is almost at its soft limit; PostgreSQL writes JSON with blanks. */
    private static int hardQueueLimit(GatewayConfig config) {
        return Math.max(LEAST_HARD_QUEUE_LIMIT, SOFT_QUEUE_LIMIT + 3 * config.intake().maxBody());
    }

    /** A wrong user, password or database name does not mend itself (SQLSTATE classes 28 and 3D). */
    private static void refuseIfRefused(Throwable failure, DatabaseUrl url) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null
                    && (sql.getSQLState().startsWith("28") || sql.getSQLState().startsWith("3D"))) {
                throw new IllegalStateException("PostgreSQL refuses DATABASE_URL (" + url + "): " + sql.getMessage(),
                        failure);
            }
        }
    }

    /** A database that is not there yet is waited for; one that refuses is not. */
    private void migrate(DatabaseUrl url) {
        for (boolean said = false;; said = true) {
            try {
                Database.migrate(url);
                return;
            } catch (FlywaySqlUnableToConnectToDbException failure) {
                refuseIfRefused(failure, url);
                if (!said) {
                    LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][DB] waiting for {0}", url);
                }
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the database", interrupted);
            }
        }
    }

    private static ConnectionListener logged() {
        return new ConnectionListener() {
            @Override
            public void connected() {
                LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][RMQ] connected");
            }

            @Override
            public void disconnected(String reason) {
                LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] disconnected: {0}", reason);
            }
        };
    }
}
