package ulens.gateway;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** A gateway in this process on a free port, with a database and queues of its own; it can be restarted. */
public final class TestGateway implements AutoCloseable {
    private final TestDatabase database = new TestDatabase();
    private final TestBroker broker = new TestBroker();
    private final Map<String, String> settings = new HashMap<>();
    private final Clock clock;
    private Gateway gateway;

    /** Starts it with the usual settings. */
    public TestGateway() {
        this(Map.of());
    }

    /** Starts it with other settings, by the names of their environment variables. */
    public TestGateway(Map<String, String> others) {
        this(others, Clock.systemUTC());
    }

    /** Starts it with other settings, and a clock by which it checks tokens. */
    public TestGateway(Map<String, String> others, Clock clock) {
        this.clock = clock;
        settings.putAll(Map.of("PORT", "0", "HOST", "127.0.0.1", "ACCESS_SECRET_KEY", TestTokens.SECRET, "DATABASE_URL",
                database.environmentValue(), "RMQ_URL", TestServices.broker(), "RMQ_QUEUE", broker.queue(),
                "DELIVERY_CONFIRM_AFTER", "20ms", "OUTBOX_POLL_INTERVAL", "100ms"));
        settings.putAll(others);
        start();
    }

    /** Starts it again, on the same port. */
    public void start() {
        gateway = Gateway.start(GatewayConfig.read(io.helidon.config.Config.empty(), settings), brokerDialect(), clock);
        settings.put("PORT", Integer.toString(gateway.port()));
        // only then are its queues declared: before that, what is published goes nowhere
        org.awaitility.Awaitility.await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().connected());
    }

    private static java.util.function.UnaryOperator<Map<String, Object>> brokerDialect() {
        return TestServices.realBroker() ? java.util.function.UnaryOperator.identity()
                : ulens.gateway.dev.EmbeddedBroker::queueArguments;
    }

    /** {@return another node beside it, on a port of its own} */
    public Gateway another() {
        Map<String, String> others = new HashMap<>(settings);
        others.put("PORT", "0");
        Gateway second = Gateway.start(GatewayConfig.read(io.helidon.config.Config.empty(), others), brokerDialect());
        org.awaitility.Awaitility.await().atMost(TestClient.PATIENCE).until(() -> second.broker().connected());
        return second;
    }

    /** Stops it; the database and the queues stay. */
    public void stop() {
        gateway.close();
    }

    /** {@return the running gateway} */
    public Gateway gateway() {
        return gateway;
    }

    /** {@return its database} */
    public TestDatabase database() {
        return database;
    }

    /** {@return its broker} */
    public TestBroker broker() {
        return broker;
    }

    /** {@return its port} */
    public int port() {
        return gateway.port();
    }

    /** {@return a client of this user, connected with the official library over WebSocket} */
    public TestClient client(String user) {
        return TestClient.connect(port(), TestTokens.of(user));
    }

    @Override
    public void close() {
        gateway.close();
        broker.close();
        database.close();
    }
}
