package ulens.gateway.faults;

import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.awaitility.Awaitility.await;

/** One case: a gateway process with a fault proxy on each side, publishers with a ledger, clients with a log. */
final class Stage implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final AtomicInteger faults = new AtomicInteger();
    final FaultDatabase database;
    final FaultBroker broker;
    final FaultProxy toDatabase;
    final FaultProxy toBroker;
    final FaultProxy toGateway;
    final Ledger ledger;
    final Publisher publisher;
    final ReceiptLog receipts;
    final List<LoggedClient> clients = new ArrayList<>();
    final Random random;
    final String queue;
    final String schema;
    GatewayProcess gateway;

    private final String name;
    private final Map<String, String> environment = new HashMap<>();
    private long expectedDeadLetters;
    private long healed;

    Stage(String name, long seed, FaultDatabase database, FaultBroker broker, int users, Map<String, String> settings) {
        this.name = name;
        this.database = database;
        this.broker = broker;
        this.random = new Random(seed ^ name.hashCode());
        this.schema = "faults_" + name.replaceAll("[^a-z0-9]+", "_");
        this.queue = schema + ".q";
        database.execute("drop schema if exists " + schema + " cascade");
        database.execute("create schema " + schema);
        toDatabase = new FaultProxy(database.port(), faults);
        toBroker = new FaultProxy(broker.port(), faults);
        toGateway = new FaultProxy(1, faults);
        ledger = new Ledger(IntStream.range(0, users).mapToObj(i -> "user-" + i).toList());
        receipts = new ReceiptLog(broker.port(), queue + ".receipts");
        publisher = new Publisher(broker.port(), ledger, random.nextLong());
        environment.putAll(Map.of("PORT", "0", "HOST", "127.0.0.1", "ACCESS_SECRET_KEY", TestTokens.SECRET,
                "DATABASE_URL", database.url(toDatabase.port(), schema), "RMQ_URL",
                "amqp://guest:guest@127.0.0.1:" + toBroker.port(), "RMQ_QUEUE", queue, "DATABASE_TIMEOUT", "1s"));
        environment.putAll(Map.of("DELIVERY_CONFIRM_AFTER", "20ms", "OUTBOX_POLL_INTERVAL", "200ms", "OUTBOX_CLAIM",
                "2s", "SOCKET_PING_INTERVAL", "2s", "SOCKET_PING_TIMEOUT", "3s", "DELIVERY_SWEEP_INTERVAL", "1s",
                "SOCKET_TEST_INTERVAL", "0", "FAULTS_EMBEDDED_BROKER", Boolean.toString(!FaultBroker.isReal())));
        environment.putAll(settings);
        startGateway();
        try {
            await().atMost(PATIENCE).until(this::ready);
        } catch (RuntimeException neverReady) {
            String health = OpsPage.get(gateway.opsPort(), "/observe/health").body();
            List<String> log = gateway.log();
            // its queue would take the messages of later cases
            close();
            throw new IllegalStateException("the gateway does not get ready: " + health + "\n" + String.join("\n", log),
                    neverReady);
        }
    }

    void startGateway() {
        gateway = GatewayProcess.start(environment);
        toGateway.target(gateway.port());
    }

    /** Kill -9, and a new process. */
    void restartKilled() {
        gateway.kill();
        startGateway();
        healed();
    }

    /** Waits until the process has been killed by a trigger, then starts a new one. */
    void restartAfterTrigger() {
        await().atMost(PATIENCE).until(() -> !gateway.alive());
        startGateway();
        healed();
    }

    /** Kills the process; bytes on their way through this connection are not forwarded. */
    void killOnTheWay(FaultProxy.Pipe pipe) {
        gateway.kill();
        pipe.cut();
    }

    boolean ready() {
        return status("/observe/health/ready") == 200 || status("/observe/health/ready") == 204;
    }

    int status(String path) {
        try {
            return HTTP
                    .send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.opsPort() + path))
                            .timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (Exception _) {
            return -1;
        }
    }

    /** {@return a metric of the gateway, NaN if it is missing} */
    double metric(String metric) {
        try {
            String all = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.opsPort() + "/observe/metrics"))
                            .timeout(Duration.ofSeconds(20)).header("Accept", "text/plain").build(),
                    HttpResponse.BodyHandlers.ofString()).body();
            return all.lines().filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1)).mapToDouble(Double::parseDouble).findFirst()
                    .orElse(Double.NaN);
        } catch (Exception _) {
            return Double.NaN;
        }
    }

    /** A client for each user of the ledger; every third row is marked as read. */
    void connectAll() {
        ledger.users().forEach(user -> connect(user).readingEvery(3));
        await().atMost(PATIENCE).until(() -> clients.stream().allMatch(LoggedClient::connected));
    }

    LoggedClient connect(String user) {
        return connect(user, Map.of());
    }

    LoggedClient connect(String user, Map<String, String> auth) {
        LoggedClient client = new LoggedClient(toGateway.port(), user, auth);
        clients.add(client);
        return client;
    }

    /** The last fault is over; the time of recovery is measured from here on. */
    void healed() {
        healed = System.nanoTime();
    }

    void expectDeadLetters(long count) {
        expectedDeadLetters = count;
    }

    /** Waits until this number of rows is in the table. */
    void awaitRows(long rows) {
        await().atMost(PATIENCE).until(() -> rows() >= rows);
    }

    long rows() {
        return database.number("select count(*) from " + schema + ".delivery");
    }

    /** Waits under load until this number of further notifications is confirmed by the broker. */
    void awaitPublished(int more) {
        long goal = ledger.size() + more;
        await().atMost(PATIENCE).until(() -> ledger.size() >= goal);
    }

    /** Stops publishing, waits until all is quiet, checks, and enters the case into the closing table. */
    void settleAndCheck() {
        settleAndCheck(0, Map.of());
    }

    /** The same, with what clients have seen that are not in {@link #clients}. */
    void settleAndCheck(long otherDuplicates, Map<Long, Instant> otherReceived) {
        publisher.stop();
        long from = healed == 0 ? System.nanoTime() : healed;
        new Settling(this, expectedDeadLetters).await();
        Duration recovery = Duration.ofNanos(System.nanoTime() - from);
        Checker.Verdict verdict = new Checker(this).check(expectedDeadLetters, otherReceived);
        ClosingTable.add(new ClosingTable.Line(name, ledger.size(), faults.get(), verdict.lost(),
                verdict.duplicates() + otherDuplicates, recovery));
        verdict.throwIfBroken(name, gateway);
    }

    @Override
    public void close() {
        clients.forEach(LoggedClient::close);
        publisher.close();
        toGateway.flow();
        toDatabase.flow();
        toBroker.flow();
        gateway.kill();
        toGateway.close();
        toDatabase.close();
        toBroker.close();
        receipts.delete(queue, queue + ".dlq", queue + ".retry.1m");
        receipts.close();
        database.execute("drop schema if exists " + schema + " cascade");
    }
}
