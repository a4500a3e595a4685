package ulens.gateway.faults;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * No notification is lost, whatever fails. Each test is one case: publishers keep a ledger, official clients keep a
 * log, a part fails, and in the end ledger, table, logs and read events are compared. The gateway is a process of its
 * own. {@code -Dfaults.seed=} repeats a run; {@code -Dfaults.broker=embedded} uses the embedded broker even where
 * RabbitMQ is installed.
 */
@Tag("faults")
// it has its own servers and gateways, and mostly waits, so it runs beside other classes, with its cases one after the
// other
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("fault suite")
@TestMethodOrder(MethodOrderer.MethodName.class)
class FaultsTest {
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime() & 0xffffff);
    private static final int SOAK_MINUTES = Integer.getInteger("faults.minutes", 0);
    private static final Path FOLDER = Path.of("target", "faults").toAbsolutePath();
    private static final int USERS = 6;
    /** AMQP 0-9-1: a method frame of 13 bytes on any channel, class basic, method ack. */
    private static final byte[] ACK = { 0, 0, 0, 13, 0, 60, 0, 80 };
    /** PostgreSQL: the server says that a COMMIT is done. */
    private static final byte[] COMMITTED = { 'C', 0, 0, 0, 11, 'C', 'O', 'M', 'M', 'I', 'T', 0 };
    private static final byte[] MARK = "set delivered_at = statement_timestamp()".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INSERT = "delivery (user_id, seq, notification_id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] READ_EVENT = "notification.read".getBytes(StandardCharsets.US_ASCII);

    private static FaultDatabase database;
    private static FaultBroker broker;

    @BeforeAll
    static void start() {
        System.out.println("fault suite, seed " + SEED + " (repeat with -Dfaults.seed=" + SEED + ")");
        database = new FaultDatabase(FOLDER);
        broker = FaultBroker.start(FOLDER.resolve("broker-" + ProcessHandle.current().pid()));
    }

    @AfterAll
    static void stop() {
        ClosingTable.print(SEED);
        broker.close();
        database.close();
    }

    private static Stage stage(String name, Map<String, String> settings) {
        return new Stage(name, SEED, database, broker, USERS, settings);
    }

    private static Stage stage(String name) {
        return stage(name, Map.of());
    }

    @Test
    void killBetweenInsertAndAck() {
        try (Stage stage = stage("kill between insert and ack")) {
            stage.connectAll();
            stage.toBroker.when(FaultProxy.Way.UP, ACK, stage::killOnTheWay);
            stage.publisher.start(15);
            stage.restartAfterTrigger();
            stage.awaitPublished(60);
            stage.settleAndCheck();
        }
    }

    @Test
    void killBetweenSocketWriteAndMark() {
        try (Stage stage = stage("kill between socket write and mark")) {
            stage.connectAll();
            stage.toDatabase.when(FaultProxy.Way.UP, MARK, stage::killOnTheWay);
            stage.publisher.start(15);
            stage.restartAfterTrigger();
            stage.awaitPublished(60);
            stage.settleAndCheck();
        }
    }

    @Test
    void killBetweenReceiptCommitAndPublish() {
        try (Stage stage = stage("kill between receipt commit and publish")) {
            stage.connectAll();
            stage.toBroker.when(FaultProxy.Way.UP, READ_EVENT, stage::killOnTheWay);
            stage.publisher.start(15);
            stage.restartAfterTrigger();
            stage.awaitPublished(60);
            stage.settleAndCheck();
        }
    }

    @Test
    void killBetweenPublishAndConfirm() {
        try (Stage stage = stage("kill between publish and confirm")) {
            stage.connectAll();
            stage.toBroker.when(FaultProxy.Way.DOWN, ACK, stage::killOnTheWay);
            stage.publisher.start(15);
            stage.restartAfterTrigger();
            stage.awaitPublished(60);
            stage.settleAndCheck();
        }
    }

    @Test
    void commitOutcomeUnknown() {
        try (Stage stage = stage("commit outcome unknown")) {
            stage.connectAll();
            stage.publisher.start(15);
            for (int i = 0; i < 5; i++) {
                stage.awaitPublished(20);
                stage.toDatabase.when(FaultProxy.Way.DOWN, COMMITTED, FaultProxy.Pipe::reset);
                await().atMost(Stage.PATIENCE).until(() -> !stage.toDatabase.armed());
            }
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void allDatabaseBackendsTerminatedUnderLoad() {
        try (Stage stage = stage("all database backends terminated under load")) {
            stage.connectAll();
            stage.publisher.start(12);
            for (int i = 0; i < 4; i++) {
                stage.awaitPublished(40);
                assertThat(database.terminateBackends()).isPositive();
                stage.faults.incrementAndGet();
            }
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void databaseGoneForThirtySeconds() {
        try (Stage stage = stage("database gone for 30 s")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            database.stop();
            long gone = System.nanoTime();
            stage.faults.incrementAndGet();
            try {
                await().atMost(Stage.PATIENCE).until(() -> !stage.ready());
                assertThat(stage.status("/observe/health/live")).isIn(200, 204);
                stage.awaitPublished(300);
                await().atMost(Stage.PATIENCE).until(() -> System.nanoTime() - gone >= TimeUnit.SECONDS.toNanos(30));
            } finally {
                database.start();
            }
            stage.healed();
            await().atMost(Stage.PATIENCE).until(stage::ready);
            stage.settleAndCheck();
            assertThat(stage.gateway.said("intake is waiting")).isEqualTo(1);
            assertThat(stage.gateway.said("intake goes on")).isEqualTo(1);
        }
    }

    @Test
    void databaseAwayForLongerThanTheHold() {
        try (Stage stage = stage("database away: messages given back", Map.of("INTAKE_HOLD", "500ms"))) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            stage.toDatabase.refuse();
            await().atMost(Stage.PATIENCE).until(() -> stage.gateway.said("given back for now") > 0);
            stage.publisher.hold();
            // nothing is unacked: all messages that are not stored are ready in the queue
            await().atMost(Stage.PATIENCE)
                    .until(() -> stage.receipts.count(stage.queue) == stage.ledger.size() - stage.rows());
            assertThat(stage.ready()).isFalse();
            stage.publisher.goOn();
            stage.toDatabase.flow();
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
            await().atMost(Stage.PATIENCE).until(stage::ready);
        }
    }

    @Test
    void databaseReadOnly() {
        try (Stage stage = stage("database read-only")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            database.readOnly();
            try {
                database.terminateBackends();
                stage.faults.incrementAndGet();
                await().atMost(Stage.PATIENCE).until(() -> !stage.ready());
                stage.awaitPublished(40);
            } finally {
                database.writable();
            }
            stage.healed();
            stage.settleAndCheck();
        }
    }

    /** The error that PostgreSQL gives when the disk is full, from a trigger. */
    @Test
    void databaseDiskFull() {
        try (Stage stage = stage("database disk full")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            database.execute("create function " + stage.schema + ".full() returns trigger language plpgsql as $$ begin"
                    + " raise exception using errcode = '53100', message = 'disk full'; end $$;"
                    + " create trigger full_disk before insert on " + stage.schema
                    + ".delivery for each row execute function " + stage.schema + ".full()");
            stage.faults.incrementAndGet();
            await().atMost(Stage.PATIENCE).until(() -> !stage.ready());
            stage.awaitPublished(40);
            database.execute("drop trigger full_disk on " + stage.schema + ".delivery");
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void databaseConnectionsStallAndBreak() {
        try (Stage stage = stage("database connections stall and break")) {
            stage.connectAll();
            stage.publisher.start(15);
            stallAndBreak(stage, stage.toDatabase);
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void brokerConnectionsStallAndBreak() {
        try (Stage stage = stage("broker connections stall and break")) {
            stage.connectAll();
            stage.publisher.start(15);
            stallAndBreak(stage, stage.toBroker);
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    private static void stallAndBreak(Stage stage, FaultProxy proxy) {
        for (int i = 0; i < 3; i++) {
            stage.awaitPublished(30);
            proxy.delay(stage.random.nextInt(50));
            proxy.stall(stage.random.nextBoolean() ? FaultProxy.Way.UP : FaultProxy.Way.DOWN);
            stage.awaitPublished(30);
            if (stage.random.nextBoolean()) {
                proxy.reset();
            } else {
                proxy.cut();
            }
            proxy.flow();
        }
    }

    /** The connections are dead without being closed, so the gateway has to find out by its own time limits. */
    @Test
    void halfOpenConnectionsToBrokerAndDatabase() {
        try (Stage stage = stage("half-open connections to broker and database")) {
            stage.connectAll();
            // in the middle of a transaction that has locked the heads of its users
            stage.toDatabase.when(FaultProxy.Way.UP, INSERT, FaultProxy.Pipe::halfOpen);
            stage.publisher.start(15);
            await().atMost(Stage.PATIENCE).until(() -> !stage.toDatabase.armed());
            stage.awaitPublished(30);
            stage.toDatabase.delay(20);
            stage.toDatabase.halfOpen();
            stage.awaitPublished(30);
            stage.toDatabase.flow();
            stage.toBroker.halfOpen();
            stage.awaitPublished(30);
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void brokerConnectionCutDuringAck() {
        try (Stage stage = stage("broker connection cut during ack")) {
            stage.connectAll();
            stage.publisher.start(15);
            for (int i = 0; i < 4; i++) {
                stage.awaitPublished(20);
                stage.toBroker.when(FaultProxy.Way.UP, ACK, FaultProxy.Pipe::reset);
                await().atMost(Stage.PATIENCE).until(() -> !stage.toBroker.armed());
            }
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void brokerDownSocketsAndReadsGoOn() {
        try (Stage stage = stage("broker down: replay and reads go on")) {
            stage.publisher.publish("user-0", 30);
            stage.awaitRows(30);
            stage.toBroker.refuse();
            await().atMost(Stage.PATIENCE).until(() -> !stage.ready());
            LoggedClient client = stage.connect("user-0").readingEvery(3);
            await().atMost(Stage.PATIENCE)
                    .until(() -> client.hasSeen(stage.ledger.of("user-0")) && client.acked().size() >= 10
                            && stage.database.number("select count(*) from " + stage.schema + ".outbox") >= 10);
            stage.toBroker.flow();
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void brokerRestart() {
        needRabbitMq();
        try (Stage stage = stage("broker restart")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(60);
            stage.faults.incrementAndGet();
            broker.restart();
            stage.healed();
            stage.awaitPublished(60);
            stage.settleAndCheck();
        }
    }

    @Test
    void queueDeletedAndDeclaredAgain() throws Exception {
        needRabbitMq();
        try (Stage stage = stage("queue deleted and declared again")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            // messages in a deleted queue are lost, so it has to be empty at that moment
            stage.publisher.hold();
            await().atMost(Stage.PATIENCE).until(() -> stage.rows() == stage.ledger.size());
            await().atMost(Stage.PATIENCE).until(() -> stage.metric("gateway_intake_in_hand") == 0);
            stage.faults.incrementAndGet();
            onBroker(channel -> channel.queueDelete(stage.queue));
            stage.publisher.goOn();
            stage.healed();
            stage.awaitPublished(40);
            stage.settleAndCheck();
        }
    }

    @Test
    void consumerCancelledByTheBroker() throws Exception {
        needRabbitMq();
        try (Stage stage = stage("consumer cancelled by the broker")) {
            stage.connectAll();
            stage.publisher.start(15);
            stage.awaitPublished(40);
            stage.publisher.hold();
            await().atMost(Stage.PATIENCE).until(() -> stage.rows() == stage.ledger.size());
            // RabbitMQ cancels consumers when their queue is deleted; no other cause can be provoked here
            for (int i = 0; i < 3; i++) {
                stage.faults.incrementAndGet();
                long before = stage.gateway.said("the broker cancelled the consumer");
                onBroker(channel -> channel.queueDelete(stage.queue));
                await().atMost(Stage.PATIENCE)
                        .until(() -> stage.gateway.said("the broker cancelled the consumer") > before
                                && stage.receipts.consumers(stage.queue) == 1);
            }
            stage.publisher.goOn();
            stage.healed();
            stage.awaitPublished(40);
            stage.settleAndCheck();
        }
    }

    @Test
    void halfOpenClient() {
        try (Stage stage = stage("half-open client")) {
            stage.connectAll();
            stage.publisher.start(15);
            for (int i = 0; i < 2; i++) {
                stage.awaitPublished(40);
                stage.toGateway.halfOpen();
                stage.awaitPublished(40);
            }
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void silentClient() throws Exception {
        try (Stage stage = stage("silent client")) {
            stage.connect("user-1");
            try (SilentClient silent = new SilentClient(stage.gateway.port(), "user-0")) {
                stage.publisher.publish("user-0", 20);
                stage.publisher.publish("user-1", 20);
                await().atMost(Stage.PATIENCE).until(() -> silent.notifications() == 20);
                await().atMost(Stage.PATIENCE).until(silent::isClosed);
                stage.faults.incrementAndGet();
                assertThat(database.number("select count(*) from " + stage.schema
                        + ".delivery where user_id = 'user-0' and delivered_at is not null"))
                                .as("delivered without proof").isZero();
            }
            stage.connect("user-0");
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void slowReader() {
        try (Stage stage = stage("slow reader", Map.of("SLOW_CLIENT_TIMEOUT", "2s"))) {
            stage.connectAll();
            stage.publisher.start(8);
            stage.awaitPublished(20);
            stage.toGateway.pipes().getFirst().stall(FaultProxy.Way.DOWN);
            // all others go on
            stage.awaitPublished(300);
            await().atMost(Stage.PATIENCE)
                    .until(() -> stage.clients.stream().filter(client -> client.hasSeen(stage.ledger.of(client.user())))
                            .count() >= USERS - 1
                            || stage.clients.stream().mapToLong(client -> client.log().size()).sum() > 250);
            await().atMost(Stage.PATIENCE).until(() -> stage.gateway.said("disconnected: user") > 0);
            stage.toGateway.pipes().forEach(FaultProxy.Pipe::flow);
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void clientConnectionsCutAtRandom() {
        try (Stage stage = stage("client connections cut at random")) {
            stage.connectAll();
            stage.publisher.start(12);
            for (int i = 0; i < 8; i++) {
                stage.awaitPublished(25);
                List<FaultProxy.Pipe> pipes = new ArrayList<>(stage.toGateway.pipes());
                for (FaultProxy.Pipe pipe : pipes) {
                    switch (stage.random.nextInt(4)) {
                        case 0 -> pipe.cut();
                        case 1 -> pipe.reset();
                        case 2 -> stage.toGateway.delay(stage.random.nextInt(30));
                        default -> {
                        }
                    }
                    stage.faults.incrementAndGet();
                }
            }
            stage.toGateway.flow();
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void clientsThatAckThemselves() {
        try (Stage stage = stage("clients that ack rows themselves")) {
            stage.ledger.users().forEach(user -> stage.connect(user, Map.of("acks", "true")).readingEvery(3));
            stage.publisher.start(12);
            for (int i = 0; i < 4; i++) {
                stage.awaitPublished(40);
                stage.toGateway.reset();
            }
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void fiveHundredUsersReconnectAtOnce() {
        int users = Integer.getInteger("faults.storm", 500);
        try (Stage stage = new Stage("500 users reconnect at once", SEED, database, broker, users, Map.of());
                Storm storm = new Storm(stage)) {
            for (String user : stage.ledger.users()) {
                stage.publisher.publish(user, user.equals("user-7") ? 1_500 : 3);
            }
            storm.connectAll();
            storm.awaitSynced();
            stage.publisher.start(20);
            stage.toGateway.reset();
            stage.healed();
            storm.connectAll();
            storm.awaitSynced();
            stage.publisher.stop();
            await().atMost(Stage.PATIENCE).until(() -> storm.missing().isEmpty());
            assertThat(storm.outOfOrder()).isEmpty();
            stage.settleAndCheck(storm.duplicates(), storm.receivedAt());
        }
    }

    @Test
    void connectDuringPublish() {
        try (Stage stage = stage("connect during publish")) {
            stage.publisher.start(1);
            for (int i = 0; i < 3; i++) {
                stage.awaitPublished(30);
                stage.ledger.users().forEach(stage::connect);
                stage.faults.incrementAndGet();
            }
            stage.healed();
            stage.awaitPublished(30);
            stage.settleAndCheck();
        }
    }

    @Test
    void sameUserOnThreeSocketsOfWhichOneDies() {
        try (Stage stage = stage("same user on three sockets of which one dies")) {
            for (int i = 0; i < 3; i++) {
                stage.connect("user-0");
            }
            await().atMost(Stage.PATIENCE).until(() -> stage.clients.stream().allMatch(LoggedClient::connected));
            for (int i = 0; i < 3; i++) {
                stage.publisher.publish("user-0", 30);
                stage.toGateway.pipes().get(stage.random.nextInt(3)).halfOpen();
                stage.publisher.publish("user-0", 30);
            }
            stage.healed();
            stage.settleAndCheck();
        }
    }

    @Test
    void poisonMessageInTheMiddleOfABatch() {
        try (Stage stage = stage("poison message in the middle of a batch", Map.of("INTAKE_LINGER", "250ms"))) {
            stage.connectAll();
            stage.publisher.start(8);
            String[] poison = { "nonsense", "{\"userId\":\"user\\u0000\",\"notificationId\":1,\"message\":\"m\"}",
                    "{\"userId\":\"user-0\",\"notificationId\":\"x\",\"message\":\"m\"}",
                    "{\"userId\":\"user-0\",\"notificationId\":2,\"message\":\"m\",\"metadata\":[1e99999,1e99999]}" };
            for (String body : poison) {
                stage.awaitPublished(20);
                stage.publisher.raw(body.getBytes(StandardCharsets.UTF_8));
                stage.faults.incrementAndGet();
            }
            stage.expectDeadLetters(poison.length);
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    /** The crash is provoked as soon as the message's text is on its way to the database. */
    @Test
    void aMessageThatKillsTheProcessDoesNotTakeItsNeighboursWithIt() {
        try (Stage stage = stage("a message that kills the process")) {
            stage.connectAll();
            byte[] text = "the end of the process".getBytes(StandardCharsets.US_ASCII);
            stage.publisher.start(15);
            stage.awaitPublished(20);
            stage.toDatabase.when(FaultProxy.Way.UP, text, _ -> stage.gateway.kill());
            stage.publisher.raw(
                    ("{\"userId\":\"user-0\",\"notificationId\":3,\"message\":\"" + "the end of the process" + "\"}")
                            .getBytes(StandardCharsets.UTF_8));
            stage.awaitPublished(20);
            stage.publisher.hold();
            while (stage.receipts.count(stage.queue + ".dlq") == 0) {
                await().atMost(Stage.PATIENCE)
                        .until(() -> !stage.gateway.alive() || stage.receipts.count(stage.queue + ".dlq") == 1);
                if (!stage.gateway.alive()) {
                    stage.toDatabase.when(FaultProxy.Way.UP, text, _ -> stage.gateway.kill());
                    stage.startGateway();
                }
            }
            stage.expectDeadLetters(1);
            stage.publisher.goOn();
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void sigtermUnderLoad() {
        try (Stage stage = stage("SIGTERM under load", Map.of("STOP_GRACE", "10s"))) {
            stage.connectAll();
            stage.publisher.start(12);
            for (int i = 0; i < 2; i++) {
                stage.awaitPublished(50);
                stage.faults.incrementAndGet();
                stage.gateway.terminate();
                assertThat(stage.gateway.await(30)).as("has ended").isTrue();
                // 143 is an orderly end after SIGTERM; a stop that exceeds its grace period ends by force with 1
                assertThat(stage.gateway.exitStatus()).isEqualTo(143);
                stage.startGateway();
            }
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void sigtermWhileADatabaseAndAClientHang() {
        try (Stage stage = stage("SIGTERM while database and client hang", Map.of("STOP_GRACE", "4s"))) {
            stage.connectAll();
            stage.publisher.start(12);
            stage.awaitPublished(50);
            stage.toDatabase.stall(FaultProxy.Way.DOWN);
            stage.toGateway.pipes().getFirst().stall(FaultProxy.Way.DOWN);
            stage.awaitPublished(20);
            long begun = System.nanoTime();
            stage.gateway.terminate();
            // far above the grace period, far below the time that the step hangs
            assertThat(stage.gateway.await(30)).as("has ended").isTrue();
            System.out.println("stop with a hanging database took " + (System.nanoTime() - begun) / 1_000_000 + " ms");
            stage.toDatabase.flow();
            stage.toDatabase.cut();
            stage.toGateway.cut();
            stage.startGateway();
            stage.healed();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void killNineAnywhere() {
        try (Stage stage = stage("kill -9 at random moments")) {
            stage.connectAll();
            stage.publisher.start(12);
            for (int i = 0; i < 3; i++) {
                stage.awaitPublished(10 + stage.random.nextInt(60));
                stage.faults.incrementAndGet();
                stage.restartKilled();
            }
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    @Test
    void clockOfTheGatewayWrongByAnHour() {
        for (String offset : List.of("PT1H", "PT-1H")) {
            try (Stage stage = stage("clock of the gateway wrong by " + offset.toLowerCase(java.util.Locale.ROOT),
                    Map.of("FAULTS_CLOCK_OFFSET", offset))) {
                stage.connectAll();
                stage.publisher.start(12);
                stage.awaitPublished(40);
                stage.faults.incrementAndGet();
                stage.toGateway.reset();
                stage.healed();
                stage.awaitPublished(20);
                stage.settleAndCheck();
                assertThat(database.number("select count(*) from " + stage.schema
                        + ".delivery where abs(extract(epoch from now() - received_at)) > 600"
                        + " or abs(extract(epoch from now() - delivered_at)) > 600"
                        + " or abs(extract(epoch from now() - read_at)) > 600")).isZero();
            }
        }
    }

    @Test
    void quorumQueuesSurviveTheSame() {
        needRabbitMq();
        try (Stage stage = stage("quorum queues: kill -9 and cuts", Map.of("RMQ_QUEUE_TYPE", "quorum"))) {
            stage.connectAll();
            stage.publisher.start(15);
            for (int i = 0; i < 6; i++) {
                stage.awaitPublished(20);
                stage.toBroker.reset();
            }
            stage.faults.incrementAndGet();
            stage.restartKilled();
            stage.awaitPublished(20);
            stage.settleAndCheck();
        }
    }

    /**
     * The long run: {@code -Dfaults.minutes=60}. Prints the resources of the process at the beginning and at the end.
     */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void soak() {
        Assumptions.assumeTrue(SOAK_MINUTES > 0, "the long run is asked for by -Dfaults.minutes=60");
        try (Stage stage = stage("soak of " + SOAK_MINUTES + " min")) {
            // all rows are read, otherwise every cut would bring all of them again
            stage.ledger.users().forEach(user -> stage.connect(user).readingEvery(1));
            stage.publisher.start(20);
            stage.awaitPublished(500);
            System.out.println("soak, first: " + Figures.of(stage));
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(SOAK_MINUTES);
            while (System.nanoTime() < end) {
                stage.awaitPublished(50 + stage.random.nextInt(200));
                switch (stage.random.nextInt(6)) {
                    case 0 -> stage.toDatabase.reset();
                    case 1 -> stage.toBroker.reset();
                    case 2 -> stage.toGateway.cut();
                    case 3 -> stage.toGateway.halfOpen();
                    case 4 -> database.terminateBackends();
                    default -> stage.toGateway.reset();
                }
                stage.faults.incrementAndGet();
            }
            stage.healed();
            stage.settleAndCheck();
            System.out.println("soak, last:  " + Figures.of(stage));
        }
    }

    private static void needRabbitMq() {
        Assumptions.assumeTrue(FaultBroker.isReal(), "depends on RabbitMQ itself and on a private node of it:"
                + " install rabbitmq-server, and do not set -Dfaults.broker=embedded");
    }

    private interface OnChannel {
        void run(Channel channel) throws IOException;
    }

    private static void onBroker(OnChannel action) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(broker.port());
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            action.run(channel);
        }
    }
}
