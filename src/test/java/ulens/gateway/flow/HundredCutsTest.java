package ulens.gateway.flow;

import io.socket.client.IO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.faults.FaultBroker;
import ulens.gateway.fixture.ChildGateway;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.rabbitmq.CuttableProxy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A client whose connection is cut a hundred times, and whose gateway is killed five times, misses nothing. Has a
 * broker of its own and gateways in processes of their own, so it runs beside other classes.
 */
@Execution(ExecutionMode.CONCURRENT)
class HundredCutsTest {
    private static final int CUTS = 100;
    private static final int ROWS_PER_CUT = 100;
    private static final int KILLS = 5;

    private final String user = "user-" + UUID.randomUUID();

    private static FaultBroker rabbit;

    @BeforeAll
    static void start() {
        JavaScriptClient.install();
        rabbit = FaultBroker.start(Path.of("target", "hundred-cuts-" + ProcessHandle.current().pid()).toAbsolutePath());
    }

    @AfterAll
    static void stop() {
        rabbit.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "websocket", "polling" })
    void aHundredCutsAndFiveKilledGatewaysLeaveTheListCompleteInOrderAndWithoutRepeats(String transport)
            throws IOException {
        try (TestDatabase database = new TestDatabase();
                TestBroker broker = new TestBroker(rabbit.url("guest"));
                ChildGateway gateway = new ChildGateway(database, broker, "256m", rabbit.settings());
                CuttableProxy proxy = new CuttableProxy("127.0.0.1", gateway.port());
                JavaScriptClient client = new JavaScriptClient(proxy.port(), TestTokens.of(user), transport)) {
            until(() -> client.all("synced").size() == 1);
            cutAndKill(broker, gateway, proxy, () -> client.rows().size(), _ -> {
            }, 7 + transport.length());
            List<Long> all = LongStream.rangeClosed(1, (long) CUTS * ROWS_PER_CUT).boxed().toList();
            assertThat(client.rows()).isEqualTo(all);
            List<String> connects = client.all("connect");
            assertThat(connects.getFirst()).startsWith("false ");
            assertThat(connects).hasSizeGreaterThan(CUTS / 2)
                    .allMatch(line -> line.endsWith(connects.getFirst().substring(6)));
            assertThat(connects.subList(1, connects.size())).allMatch(line -> line.startsWith("true "));
        }
    }

    @Test
    void aClientThatKnowsNoRecoveryMissesNothingEither() throws IOException {
        try (TestDatabase database = new TestDatabase();
                TestBroker broker = new TestBroker(rabbit.url("guest"));
                ChildGateway gateway = new ChildGateway(database, broker, "256m", rabbit.settings());
                CuttableProxy proxy = new CuttableProxy("127.0.0.1", gateway.port());
                TestClient client = TestClient.connecting(proxy.port(),
                        IO.Options.builder().setForceNew(true).setReconnectionDelay(20).setReconnectionDelayMax(200)
                                .setTransports(new String[] { "websocket" })
                                .setAuth(Map.of("token", TestTokens.of(user))).build())) {
            client.socket().on("connect", _ -> client.socket().emit("SUBSCRIBE_NOTIFICATIONS"));
            client.await("connect");
            client.socket().emit("SUBSCRIBE_NOTIFICATIONS");
            client.await("NOTIFICATIONS_SYNCED");
            cutAndKill(broker, gateway, proxy, () -> client.distinctIds().size(), first -> read(client, first), 3);
            assertThat(client.distinctIds())
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, (long) CUTS * ROWS_PER_CUT).boxed().toList());
        }
    }

    private void cutAndKill(TestBroker broker, ChildGateway gateway, CuttableProxy proxy, IntSupplier rows,
            LongConsumer afterEach, long seed) {
        Random random = new Random(seed);
        for (int cut = 0; cut < CUTS; cut++) {
            long first = (long) cut * ROWS_PER_CUT + 1;
            Thread publisher = Thread.startVirtualThread(() -> broker.publish(user, first, first + ROWS_PER_CUT - 1));
            long cutAt = first + random.nextInt(ROWS_PER_CUT);
            until(() -> rows.getAsInt() >= cutAt);
            proxy.cut();
            if (cut % (CUTS / KILLS) == CUTS / KILLS / 2) {
                gateway.kill();
                gateway.start();
            }
            join(publisher);
            until(() -> rows.getAsInt() >= first + ROWS_PER_CUT - 1);
            afterEach.accept(first);
        }
        until(() -> rows.getAsInt() >= CUTS * ROWS_PER_CUT);
    }

    /**
     * Marks the rows since the last cut as read, so that they do not come again after each cut; a lost receipt does no
     * harm.
     */
    private static void read(TestClient client, long first) {
        client.socket().emit("READ_NOTIFICATIONS", new org.json.JSONObject(Map.of("notificationIds",
                new org.json.JSONArray(LongStream.range(first, first + ROWS_PER_CUT).boxed().toList()))));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(TestClient.PATIENCE.multipliedBy(2)).pollInterval(java.time.Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }
}
