package ulens.gateway.dev;

import io.helidon.http.Headers;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.broker.BrokerNames;
import ulens.gateway.config.DatabaseUrl;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.config.TokenSecret;
import ulens.gateway.extension.Extension;
import ulens.gateway.intake.event.EventCheck;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** The dev mode: embeds a database or a broker if none is configured, and adds an endpoint for trying the gateway. */
public final class DevMode implements Extension {
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = 5_000_000;

    private final TokenSecret secret;
    private final EventCheck check;
    private final Optional<EmbeddedDatabase> database;
    private final Optional<EmbeddedBroker> broker;
    private final LocalRequests localOnly = new LocalRequests();
    private final PrintStream terminal;

    private DevMode(GatewayConfig config, PrintStream terminal, Optional<EmbeddedDatabase> database,
            Optional<EmbeddedBroker> broker) {
        this.terminal = terminal;
        this.secret = config.auth().secret();
        this.check = new EventCheck(config.intake().maxBody());
        this.database = database;
        this.broker = broker;
    }

    /**
     * Starts the missing servers at the same time.
     *
     * @param config
     *            the configuration of the gateway
     * @param terminal
     *            gets the banner, once the gateway can be used
     *
     * @return the extension of the gateway; {@link Extension#NONE} if the configuration does not allow the dev mode
     *
     * @throws IllegalStateException
     *             if a server does not start; the message says why
     */
    public static Extension start(GatewayConfig config, PrintStream terminal) {
        if (!config.dev().on()) {
            return Extension.NONE;
        }
        Path folder = Path.of(config.dev().folder()).toAbsolutePath();
        CompletableFuture<Optional<EmbeddedBroker>> broker = CompletableFuture.supplyAsync(
                () -> !config.rmq().urls().isEmpty() ? Optional.empty() : Optional.of(EmbeddedBroker.start(folder, 0)));
        Optional<EmbeddedDatabase> database = Optional.empty();
        try {
            database = config.database().url().isPresent() ? Optional.empty()
                    : Optional.of(EmbeddedDatabase.start(folder));
            return new DevMode(config, terminal, database, broker.join());
        } catch (RuntimeException failure) {
            database.ifPresent(EmbeddedDatabase::close);
            broker.thenAccept(started -> started.ifPresent(EmbeddedBroker::close));
            throw failure instanceof CompletionException && failure.getCause() instanceof RuntimeException cause ? cause
                    : failure;
        }
    }

    @Override
    public DatabaseUrl databaseUrl() {
        return database.map(started -> DatabaseUrl.parse(started.jdbcUrl())).orElseThrow();
    }

    @Override
    public String brokerUrl() {
        return broker.map(EmbeddedBroker::uri).orElseThrow();
    }

    /** The embedded broker does not know all arguments of RabbitMQ. */
    @Override
    public UnaryOperator<Map<String, Object>> queueArguments() {
        return broker.isPresent() ? EmbeddedBroker::queueArguments : UnaryOperator.identity();
    }

    @Override
    public List<Filter> filters() {
        return List.of(localOnly);
    }

    @Override
    public boolean admits(Headers headers) {
        return localOnly.test(headers);
    }

    /** Adds the endpoint that publishes, and an answer for browsers. */
    @Override
    public void addRoutes(HttpRouting.Builder routing, ConfirmedPublisher publisher) {
        routing.post("/dev/notifications", new PublishEndpoint(
                body -> publisher.publish(Publication.persistent(BrokerNames.EVENTS, BrokerNames.SUBSCRIPTION, body)
                        .withContentType("application/json").asMandatory()),
                check::refusal));
        // the banner prints this path as a link, so a browser gets a page
        routing.get("/ws", (_, response) -> response
                .send("The gateway is here, and this is the namespace of Socket.IO clients: see docs/clients.md\n"));
    }

    /** Prints the banner once the queues are declared: before, a notification would find no queue. */
    @Override
    public void ready(int port, int opsPort, String schema, BooleanSupplier connected) {
        long deadline = System.nanoTime() + CONNECTING.toNanos();
        while (!connected.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        terminal.printf(Locale.ROOT, """

                Ulens Gateway, dev mode: for this machine only
                  Socket.IO   http://localhost:%1$d/ws
                  Health      http://localhost:%2$d/observe/health
                  Metrics     http://localhost:%2$d/observe/metrics
                  AMQP        %3$s
                  PostgreSQL  %4$s

                %5$s
                  Send it a first notification:
                    curl -s -X POST http://localhost:%1$d/dev/notifications \\
                         -H 'Content-Type: application/json' \\
                         -d '{"userId":"demo","message":"Hello from the broker"}'

                  A client to try it with: docs/clients.md. Ctrl-C stops the gateway.

                """, port, opsPort,
                broker.map(started -> started.uri() + " (embedded, in memory only)").orElse("yours"),
                database.map(
                        started -> "embedded:\n    psql '" + started.uri() + "?options=-csearch_path%3D" + schema + "'")
                        .orElse("yours"),
                token(secret).indent(2));
    }

    /**
     * Makes a token only if nobody has set the secret: the banner may end up in a log, and a token signed with a real
     * secret must not.
     */
    private static String token(TokenSecret secret) {
        String token = secret.origin() == TokenSecret.Origin.GIVEN ? ""
                : "A token for user demo:\n  " + DemoToken.of("demo", secret.text());
        return switch (secret.origin()) {
            case PUBLIC -> "!! ACCESS_SECRET_KEY is not set: the public dev secret is in use.\n\n" + token;
            case RANDOM -> "!! ACCESS_SECRET_KEY is not set: the secret is random, for this process only.\n\n" + token;
            case GIVEN -> "Sign tokens with your ACCESS_SECRET_KEY.";
        };
    }

    @Override
    public void close() {
        broker.ifPresent(EmbeddedBroker::close);
        database.ifPresent(EmbeddedDatabase::close);
    }
}
