package ulens.gateway.flow;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ulens.gateway.faults.FaultBroker;
import ulens.gateway.fixture.Attacker;
import ulens.gateway.fixture.ChildGateway;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestTokens;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that try to fill the heap of a gateway of 128 MB with what they send and never finish. During every attack
 * another client gets a notification and marks it as read; then the attackers leave, and their memory must be free. The
 * process ends at its first OutOfMemoryError, and all attacks run against the same one. It has a broker of its own, so
 * the class runs beside others.
 */
@Execution(ExecutionMode.CONCURRENT)
class MemoryAttackTest {
    private static final int MEGABYTE = 1_000_000;
    private static final long MEMORY = 16 * MEGABYTE;
    private static final String USER = "bystander";
    private static final AtomicLong IDS = new AtomicLong();

    private static FaultBroker rabbit;
    private static TestDatabase database;
    private static TestBroker broker;
    private static ChildGateway gateway;
    private static TestClient bystander;
    private static long heapAtRest;

    private final Queue<Attacker> attackers = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @BeforeAll
    static void start() {
        database = new TestDatabase();
        rabbit = FaultBroker
                .start(Path.of("target", "memory-attack-" + ProcessHandle.current().pid()).toAbsolutePath());
        broker = new TestBroker(rabbit.url("guest"));
        Map<String, String> settings = new HashMap<>(rabbit.settings());
        settings.put("SOCKET_INBOUND_MEMORY", Long.toString(MEMORY));
        gateway = new ChildGateway(database, broker, "128m", settings);
        bringBystander();
    }

    private static void bringBystander() {
        bystander = TestClient.connect(gateway.port(), TestTokens.of(USER));
        bystander.subscribe();
        heapAtRest = gateway.heapInUse();
    }

    /** Restarts a process that an attack has ended, so that the other attacks are still tested. */
    @BeforeEach
    void revive() {
        if (!gateway.isAlive()) {
            bystander.close();
            gateway.start();
            bringBystander();
        }
    }

    @AfterAll
    static void stop() {
        bystander.close();
        gateway.close();
        broker.close();
        rabbit.close();
        database.close();
    }

    @AfterEach
    void end() {
        over = true;
        attackers.forEach(Attacker::close);
    }

    /** Closes an attacker that gets its connection only after the attack. */
    private Attacker atWork(Attacker attacker) {
        attackers.add(attacker);
        if (over) {
            attacker.close();
        }
        return attacker;
    }

    /** One connection's part in an attack. */
    private interface Part {
        void play(Attacker attacker, String sid) throws IOException;
    }

    private enum Start {
        WEB_SOCKET, POLLING, PLAIN
    }

    /** The attacks of strangers. */
    private enum Attack {
        TREE_THAT_WAITS_FOR_ITS_ATTACHMENT(60, Start.WEB_SOCKET, (a, _) -> {
            a.text("40/nowhere,");
            a.text("451-/nowhere,[\"e\",{\"_placeholder\":true,\"num\":0},[" + brackets(MEGABYTE - 100) + "]]");
        }), TREE_AS_AUTH(60, Start.WEB_SOCKET, (a, _) -> {
            a.text("40/ws,{\"token\":[" + brackets(MEGABYTE - 100) + "]}");
            a.text("40/nowhere,{\"a\":[" + brackets(15_000) + "]}");
        }), ATTACHMENTS(20, Start.WEB_SOCKET, (a, _) -> {
            a.text("40/ws,{}");
            a.text("459-/ws,[\"e\"," + placeholders(9) + "]");
            IntStream.range(0, 8).forEach(_ -> a.frame(Attacker.BINARY, new byte[MEGABYTE]));
        }), FRAGMENTS(500, Start.WEB_SOCKET, (a, _) -> {
            a.frame(Attacker.TEXT_BEGINS, bytes('4', 100_000));
            IntStream.range(0, 3).forEach(_ -> a.frame(Attacker.GOES_ON, bytes('x', 100_000)));
        }), SMALL_FRAGMENTS(200, Start.WEB_SOCKET, (a, _) -> {
            a.frame(Attacker.TEXT_BEGINS, bytes('4', 100));
            IntStream.range(0, 200).forEach(_ -> a.frame(Attacker.GOES_ON, bytes('x', 100)));
        }), HALF_SENT_POSTS(500, Start.POLLING, (a, sid) -> {
            a.postTo(sid, "Content-Length: " + MEGABYTE);
            a.bytes(bytes('4', MEGABYTE - 1));
        }), HALF_SENT_CHUNKS(200, Start.POLLING, (a, sid) -> {
            a.postTo(sid, "Transfer-Encoding: chunked");
            a.ascii(Integer.toHexString(MEGABYTE) + "\r\n");
            a.bytes(bytes('4', MEGABYTE - 1));
        }), HALF_SENT_CHUNKS_TO_NOBODY(200, Start.PLAIN, (a, _) -> {
            a.ascii("POST /nobody HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            a.ascii(Integer.toHexString(MEGABYTE) + "\r\n");
            a.bytes(bytes('4', MEGABYTE - 1));
        }), SILENT_WEB_SOCKETS(7_000, Start.WEB_SOCKET, (_, _) -> {
        }), DRIPPING_HEADS(2_000, Start.PLAIN, (a, _) -> {
            a.ascii("GET /");
            IntStream.range(0, 16).forEach(_ -> a.ascii("x".repeat(1_000)));
            a.ascii(" HTTP/1.1\r\nHost: localhost\r\nX: ");
            IntStream.range(0, 16).forEach(_ -> a.ascii("x".repeat(1_000)));
        }), MANY_TINY_PACKETS_IN_A_POST(100, Start.POLLING, (a, sid) -> {
            String packets = "40/nowhere,\u001e".repeat(1_000) + "6";
            a.postTo(sid, "Content-Length: " + packets.length());
            a.ascii(packets);
        }), DEEP_NESTING(60, Start.WEB_SOCKET, (a, _) -> a.text("40/ws,{\"a\":" + "[".repeat(MEGABYTE - 100))),
        HUGE_NAMES(60, Start.WEB_SOCKET,
                (a, _) -> IntStream.range(0, 400).forEach(i -> a.text("40/" + i + "x".repeat(15_000) + ","))),
        MANY_NAMESPACES(200, Start.WEB_SOCKET, (a, _) -> IntStream.range(0, 10_000).forEach(i -> a.text("40/n" + i)));

        private final int connections;
        private final Start start;
        private final Part part;

        Attack(int connections, Start start, Part part) {
            this.connections = connections;
            this.start = start;
            this.part = part;
        }

        Attacker connected(int port) throws IOException {
            return start == Start.WEB_SOCKET ? Attacker.webSocket(port) : new Attacker(port);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatStrangersSendIsNoDangerToOthers(Attack attack) throws Exception {
        List<Thread> threads = IntStream.range(0, attack.connections)
                .mapToObj(_ -> Thread.startVirtualThread(() -> begin(attack))).toList();
        bystanderIsServed();
        for (Thread thread : threads) {
            thread.join(TestClient.PATIENCE);
        }
        assertThat(gateway.metric("gateway_inbound_held")).isLessThanOrEqualTo(MEMORY / 4.0);
        bystanderIsServed();
        allIsFreeWhenTheyAreGone();
    }

    private void begin(Attack attack) {
        try {
            String sid = attack.start == Start.POLLING ? Attacker.openPolling(gateway.port()) : "";
            attack.part.play(atWork(attack.connected(gateway.port())), sid);
        } catch (IOException _) {
            // being refused is a valid outcome
        }
    }

    /**
     * Users that have joined may use all memory; then they are no longer read, and others are still served.
     */
    @Test
    void usersThatTakeAllThereIsAreHeldUpAndNobodyElse() {
        String text = "x".repeat(MEGABYTE - 1_000);
        for (int i = 0; i < 30; i++) {
            int user = i;
            Thread.startVirtualThread(() -> {
                try {
                    Attacker attacker = atWork(Attacker.joined(gateway.port(), "attacker-" + user));
                    attacker.text("451-/ws,[\"e\",\"" + text + "\",{\"_placeholder\":true,\"num\":0}]");
                } catch (IOException _) {
                    // being refused is a valid outcome
                }
            });
        }
        await().atMost(TestClient.PATIENCE).until(() -> gateway.metric("gateway_inbound_waits_total") > 0);
        bystanderIsServed();
        assertThat(gateway.metric("gateway_inbound_held")).isLessThanOrEqualTo(MEMORY);
        allIsFreeWhenTheyAreGone();
    }

    /** Each user may have 4 MB queued, but not all of them together. */
    @Test
    void usersThatAskForMuchAndReadNothingAreClosed() {
        String ids = LongStream.range(0, 1_000).mapToObj(i -> Long.toString(Long.MAX_VALUE - i))
                .collect(Collectors.joining(","));
        List<Thread> threads = IntStream.range(0, 60).mapToObj(user -> Thread.startVirtualThread(() -> {
            try {
                Attacker attacker = atWork(Attacker.joined(gateway.port(), "asker-" + user));
                IntStream.range(0, 400).forEach(i -> attacker
                        .text("42/ws," + i + "[\"READ_NOTIFICATIONS\",{\"notificationIds\":[" + ids + "]}]"));
            } catch (IOException _) {
                // being refused is a valid outcome
            }
        })).toList();
        bystanderIsServed();
        await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(() -> threads.stream().noneMatch(Thread::isAlive));
        bystanderIsServed();
        allIsFreeWhenTheyAreGone();
    }

    private static void bystanderIsServed() {
        long id = IDS.incrementAndGet();
        broker.publish(USER, id, id);
        await().atMost(TestClient.PATIENCE).until(() -> bystander.ids().contains(id));
        assertThat(bystander.read(id).optBoolean("ok")).isTrue();
    }

    private void allIsFreeWhenTheyAreGone() {
        end();
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            assertThat(gateway.isAlive()).isTrue();
            assertThat(gateway.metric("gateway_connections")).isEqualTo(1);
            assertThat(gateway.metric("gateway_inbound_held")).isZero();
        });
        assertThat(gateway.heapInUse()).as("heap in use").isLessThan(heapAtRest + 12 * MEGABYTE);
    }

    private static String brackets(int length) {
        return "[],".repeat(length / 3) + "[]";
    }

    private static String placeholders(int count) {
        return String.join(",",
                IntStream.range(0, count).mapToObj(i -> "{\"_placeholder\":true,\"num\":" + i + "}").toList());
    }

    private static byte[] bytes(char what, int length) {
        return String.valueOf(what).repeat(length).getBytes(StandardCharsets.US_ASCII);
    }
}
