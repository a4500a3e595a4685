package ulens.gateway;

import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.dev.DemoToken;
import ulens.gateway.dev.EmbeddedBroker;
import ulens.gateway.dev.EmbeddedDatabase;
import ulens.gateway.dev.PublishEndpoint;
import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.Publication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** What the gateway brings along when it is told of no database or of no broker. Empty outside the dev mode. */
final class DevMode implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = 5_000_000;

    private final Optional<EmbeddedDatabase> database;
    private final Optional<EmbeddedBroker> broker;

    private DevMode(Optional<EmbeddedDatabase> database, Optional<EmbeddedBroker> broker) {
        this.database = database;
        this.broker = broker;
    }

    /** Starts what is missing, side by side. */
    static DevMode start(GatewayConfig config) {
        Path folder = Path.of(config.devFolder()).toAbsolutePath();
        CompletableFuture<Optional<EmbeddedBroker>> broker = CompletableFuture.supplyAsync(
                () -> config.rmq().url().isPresent() ? Optional.empty() : Optional.of(EmbeddedBroker.start(folder, 0)));
        Optional<EmbeddedDatabase> database = Optional.empty();
        try {
            database = config.database().url().isPresent() ? Optional.empty()
                    : Optional.of(EmbeddedDatabase.start(folder));
            return new DevMode(database, broker.join());
        } catch (RuntimeException failure) {
            database.ifPresent(EmbeddedDatabase::close);
            broker.thenAccept(started -> started.ifPresent(EmbeddedBroker::close));
            throw failure instanceof CompletionException && failure.getCause() instanceof RuntimeException cause ? cause
                    : failure;
        }
    }

    DatabaseUrl databaseUrl() {
        return database.map(started -> DatabaseUrl.parse(started.jdbcUrl())).orElseThrow();
    }

    String brokerUrl() {
        return broker.map(EmbeddedBroker::uri).orElseThrow();
    }

    /** The embedded broker does not know all arguments of RabbitMQ. */
    UnaryOperator<Map<String, Object>> queueArguments() {
        return broker.isPresent() ? EmbeddedBroker::queueArguments : UnaryOperator.identity();
    }

    /** Adds the endpoint that publishes; it does not exist outside the dev mode. */
    void attach(HttpRouting.Builder routing, ConfirmedPublisher publisher) {
        if (on()) {
            routing.post("/dev/notifications", new PublishEndpoint(
                    body -> publisher.publish(Publication.persistent(BrokerNames.EVENTS, BrokerNames.SUBSCRIPTION, body)
                            .withContentType("application/json").asMandatory())));
        }
    }

    /** Greets the newcomer once everything is there: before, a notification would find no queue. */
    void welcome(GatewayConfig config, int port, Broker connecting) {
        if (!on()) {
            return;
        }
        long deadline = System.nanoTime() + CONNECTING.toNanos();
        while (!connecting.connected() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        String secretNote = config.auth().secretIsDev()
                ? "  !! ACCESS_SECRET_KEY is not set: the public dev secret is in use. Never expose this process.\n"
                : "";
        System.out.print("""

                Ulens Gateway, dev mode
                  Socket.IO   http://localhost:%1$d/ws   health and metrics: http://localhost:%1$d/observe
                  PostgreSQL  %2$s
                  AMQP        %3$s
                %4$s
                  A token for user demo:
                    %5$s

                  Send it a first notification:
                    curl -s -X POST http://localhost:%1$d/dev/notifications -H 'Content-Type: application/json' \\
                         -d '{"userId":"demo","message":"Hello from the broker"}'

                """.formatted(port, database.map(started -> "embedded: psql '" + started.uri() + "'").orElse("yours"),
                broker.map(started -> "embedded, messages in memory only: " + started.uri()).orElse("yours"),
                secretNote, DemoToken.of("demo", config.auth().secret())));
    }

    private boolean on() {
        return database.isPresent() || broker.isPresent();
    }

    @Override
    public void close() {
        broker.ifPresent(EmbeddedBroker::close);
        database.ifPresent(EmbeddedDatabase::close);
    }
}
