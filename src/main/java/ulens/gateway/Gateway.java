package ulens.gateway;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.auth.Authenticator;
import ulens.gateway.broker.Broker;
import ulens.gateway.config.AuthConfig;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.config.StopConfig;
import ulens.gateway.database.Database;
import ulens.gateway.database.DatabasePulse;
import ulens.gateway.extension.Extension;
import ulens.gateway.inbox.ReceiptTable;
import ulens.gateway.inbox.Receipts;
import ulens.gateway.intake.BatchObserver;
import ulens.gateway.intake.Intake;
import ulens.gateway.intake.IntakePorts;
import ulens.gateway.intake.SuspectTable;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.ops.Health;
import ulens.gateway.ops.OperationsPort;
import ulens.gateway.ops.Tally;
import ulens.gateway.outbox.Outbox;
import ulens.gateway.outbox.OutboxTable;
import ulens.gateway.process.Drain;
import ulens.gateway.process.StopSequence;
import ulens.gateway.recovery.ClientSessionTable;
import ulens.gateway.recovery.Recovery;
import ulens.gateway.session.NotificationNamespace;
import ulens.gateway.session.SocketMeters;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.SocketIoServer;
import ulens.gateway.stream.DeliveryTable;
import ulens.gateway.stream.Rooms;
import ulens.gateway.web.Doors;
import ulens.gateway.web.Listeners;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The gateway: wires the parts, starts them in the order in which they need each other, and stops them in reverse. */
public final class Gateway implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Gateway.class.getName());
    private static final Duration MARGIN = Duration.ofMillis(500);

    private final GatewayConfig config;
    private final Extension extension;
    private final Meters meters = new Meters();
    private final Drain drain = new Drain();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Database database;
    private final DatabasePulse pulse;
    private final Broker broker;
    private final Outbox outbox;
    private final Receipts receipts;
    private final SocketIoServer sockets;
    private final NotificationNamespace namespace;
    private final Rooms<EncodedEvent> rooms;
    private final Intake intake;
    private final Tally tally;
    private final Doors doors;
    private final WebServer web;

    private Gateway(GatewayConfig config, Extension extension, Clock clock) {
        this.config = config;
        this.extension = extension;
        this.database = Database.open(config.database(), config.database().url().orElseGet(extension::databaseUrl));
        this.pulse = new DatabasePulse(database, config.database().timeout()).start();
        this.broker = new Broker(config.rmq(), extension::brokerUrl, extension.queueArguments(), stopping::get);
        String node = "node-" + UUID.randomUUID();
        this.outbox = new Outbox(new OutboxTable(database.client(), node), broker::publish, broker::takesPublications,
                pulse::isThere, config.outbox()).start();
        DeliveryTable table = new DeliveryTable(database.client());
        this.receipts = new Receipts(new ReceiptTable(database.client()), outbox::wake);
        this.sockets = new SocketIoServer(config.socket());
        this.namespace = new NotificationNamespace(sockets.namespace(NotificationNamespace.NAME),
                authenticator(config.auth(), clock), receipts,
                Recovery.start(new ClientSessionTable(database.client(), node, table::heads),
                        config.session().maxDisconnection()),
                config.session(), clock);
        this.rooms = Rooms.open(table, namespace.encoder(), config.stream());
        this.intake = new Intake(config.intake(), new IntakePorts(table, database::answers,
                new SuspectTable(database.client(), node), rooms, broker.forIntake(), BatchObserver.measuring(meters)));
        this.doors = new Doors(config);
        Health health = new Health(config.health());
        this.web = Listeners.build(config, doors,
                health.observer(drain::hasBegun, pulse::isThere, broker::connected, intake::storing),
                extension.filters(), content(sockets, doors, broker, extension));
        this.tally = new Tally(LOGGER, "[GATEWAY][DB]",
                Map.of("consumed", intake.counts()::consumed, "stored", intake.counts()::stored, "pushed",
                        rooms.counts()::pushed, "delivered", rooms.counts()::delivered, "read", receipts::read))
                                .start();
        List<Measured> measured = List.of(health, database, broker, outbox, receipts, new SocketMeters(sockets),
                namespace, rooms, intake, doors);
        measured.forEach(part -> part.register(meters));
    }

    /**
     * Starts a gateway.
     *
     * @param config
     *            its configuration
     *
     * @return the gateway, ready for clients
     */
    public static Gateway start(GatewayConfig config) {
        return start(config, Extension.NONE);
    }

    /**
     * Starts a gateway with an extension.
     *
     * @param config
     *            its configuration
     * @param extension
     *            is closed with the gateway, or when the start fails
     *
     * @return the gateway, ready for clients
     */
    public static Gateway start(GatewayConfig config, Extension extension) {
        return start(config, extension, Clock.systemUTC());
    }

    /** The same with a clock of its own, for tests of wrong clocks. */
    public static Gateway start(GatewayConfig config, Extension extension, Clock clock) {
        try {
            Gateway gateway = new Gateway(config, extension, clock);
            gateway.open();
            return gateway;
        } catch (RuntimeException failure) {
            extension.close();
            throw failure;
        }
    }

    private void open() {
        namespace.open(rooms);
        Listeners.start(web, config);
        broker.start(intake);
        config.warnings().forEach(warning -> LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] " + warning));
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] listening on port {0}, operations on port {1}",
                Integer.toString(port()), Integer.toString(opsPort()));
        extension.ready(port(), opsPort(), database.schema(), broker::connected);
    }

    private static Authenticator authenticator(AuthConfig config, Clock clock) {
        return new Authenticator(config.secret().text(), config.clockSkew(), clock);
    }

    private static BiConsumer<WebServerConfig.Builder, HttpRouting.Builder> content(SocketIoServer sockets, Doors doors,
            Broker broker, Extension extension) {
        return (server, routing) -> {
            sockets.attach(server, routing, extension::admits, doors.clients());
            extension.addRoutes(routing, broker.publisher());
        };
    }

    /** {@return the port for clients} */
    public int port() {
        return web.port();
    }

    /** {@return the port of health and metrics} */
    public int opsPort() {
        return OperationsPort.of(web);
    }

    /**
     * {@return the number of users with a socket on this node} For tests: gateways in one process share their meters.
     */
    public int usersOnline() {
        return rooms.users();
    }

    /** {@return whether it is connected with the broker} For tests: only then its queues are declared. */
    public boolean connected() {
        return broker.connected();
    }

    /**
     * Runs an action once, when a listener has died and clients can't connect any more.
     *
     * @param action
     *            gets the listener, with its port
     */
    public void whenListenerDies(Consumer<String> action) {
        doors.whenOneDies(action);
    }

    /** A stop, running or to come, does not wait until the load balancer has noticed: no client can connect anyway. */
    public void stopWithoutDrain() {
        drain.skip();
    }

    /** A stop, running or to come, waits for nothing and closes all clients at once. */
    public void hurryStop() {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] told again to stop: without delay");
        drain.hurry();
    }

    /**
     * Stops: says that it takes no new clients, tells those that it has to reconnect, one by one, accepts nothing new,
     * and finishes the work in hand. May be called again.
     */
    @Override
    public void close() {
        if (!drain.begin()) {
            return;
        }
        doors.stopWatching();
        StopConfig stop = config.stop();
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] stopping: {0} connections, drain {1} ms, spread {2} ms",
                Integer.toString(sockets.connections()), Long.toString(stop.drain().toMillis()),
                Long.toString(stop.spread().toMillis()));
        // until all clients are told, the others are served: a spread may last for minutes.
        // then shares of the time that is left, so that a part that hangs leaves time for those after it
        new StopSequence().then("drain", stop.drain().plus(MARGIN), () -> drain.awaitNotice(stop.drain()))
                .then("spread", stop.spread().plus(MARGIN),
                        () -> sockets.closeOneByOne(drain.pace(), stop.spread(), namespace::isResumable))
                .then("consumer", 0.2, _ -> stopConsuming()).then("intake", 0.4, intake::close)
                .then("sockets", 0.5, sockets::closeWithin).then("namespace", 0.3, _ -> namespace.close())
                .then("proofs", 0.4, _ -> rooms.close()).then("receipts", 0.3, _ -> receipts.close())
                .then("outbox", 0.5, outbox::close).then("broker", 0.5, _ -> broker.close())
                .then("web server", 0.5, _ -> web.stop()).then("database", 0.5, _ -> closeDatabase())
                .then("embedded services", 1, _ -> extension.close()).run(stop.grace().minus(MARGIN));
        tally.close();
        meters.close();
        doors.close();
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] stopped");
    }

    private void stopConsuming() {
        stopping.set(true);
        broker.cancel();
    }

    private void closeDatabase() {
        pulse.close();
        database.close();
    }
}
