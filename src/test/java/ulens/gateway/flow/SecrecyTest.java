package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestServices;
import ulens.gateway.fixture.TestTokens;

import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** No token, secret, password or text of a notification reaches a log, at any level. */
class SecrecyTest {
    private static final String LISTENING = "listening on";
    private static final String SENT = "sent-" + UUID.randomUUID();
    private static final String TOKEN = TestTokens.of("sent");
    private static final String TEXT = "the-text-of-a-notification-" + UUID.randomUUID();

    @Test
    void logsHoldNothingThatIsSecretAtTheFinestLevelOfAnyLogger() throws Exception {
        Lines lines = new Lines();
        String hidden = "hidden-" + UUID.randomUUID();
        String token = TestTokens.of("user\\u001b[31m\\nforged line");
        try (AllLoggers loggers = new AllLoggers(lines);
                TestGateway gateway = new TestGateway();
                TestClient client = TestClient.connect(gateway.port(), token)) {
            loggers.raise();
            client.subscribe();
            gateway.broker().publish(
                    """
                            {"userId":"user\\u001b[31m\\nforged line","notificationId":1,"message":"%s","metadata":{"k":"%s"}}"""
                            .formatted(TEXT, TEXT));
            client.awaitIds(1);
            client.read(1L);
            gateway.broker().publish("{\"userId\":\"%s\",\"message\":\"%s\"}".formatted(TEXT, TEXT));
            gateway.broker().deadLetter();
            refusedByTheDatabase(gateway);
            try (TestClient replay = TestClient.connect(gateway.port(), token)) {
                replay.subscribe();
                replay.await("NOTIFICATIONS_SYNCED");
            }
            try (TestClient refused = TestClient.connecting(gateway.port(), Map.of("token", token + "x"))) {
                refused.await("ERROR");
            }
            for (int port : new int[] { gateway.port(), gateway.opsPort() }) {
                requests(port, hidden, token);
            }
            withoutItsDatabase(gateway, client);
        }
        assertThat(lines.all).isNotEmpty()
                .anyMatch(line -> line.contains("[GATEWAY][WS] connected: user user[31mforged line"))
                .noneMatch(line -> line.contains(token) || line.contains(TEXT) || line.contains(TestTokens.SECRET)
                        || line.contains(hidden) || line.contains(TestDatabase.PASSWORD) || line.contains("\u001b"));
    }

    /** The database refuses a row, and its error message quotes it. */
    private static void refusedByTheDatabase(TestGateway gateway) {
        gateway.database().execute("alter table delivery add constraint refused check (notification_id <> 666)");
        gateway.broker().publish("{\"userId\":\"refused\",\"notificationId\":666,\"message\":\"%s\"}".formatted(TEXT)
                .getBytes(StandardCharsets.UTF_8), Map.of("x-retries", 3));
        gateway.broker().deadLetter();
        gateway.database().execute("alter table delivery drop constraint refused");
    }

    /** The connections to the database end during work. */
    private static void withoutItsDatabase(TestGateway gateway, TestClient client) {
        gateway.broker().publish("forged line", 2, 50);
        gateway.database().column("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where application_name = 'ulens-gateway' and pid <> pg_backend_pid()");
        client.read(1L);
        gateway.broker().publish("forged line", 51, 60);
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from delivery where user_id = 'forged line'") == 59);
    }

    /** The configuration switches on every level of every logger, and both servers refuse the login. */
    @Test
    void aProcessWhoseServersRefuseItNamesNoCredentialsWhateverIsConfigured() throws Exception {
        String hidden = "hidden-" + UUID.randomUUID();
        Path logging = Files.createTempFile(Path.of("target"), "logging", ".properties");
        Files.writeString(logging, "handlers=java.util.logging.ConsoleHandler\n"
                + "java.util.logging.ConsoleHandler.level=ALL\n.level=ALL\nio.helidon.level=ALL\norg.postgresql.level=ALL\n"
                + "com.zaxxer.hikari.level=ALL\ncom.rabbitmq.level=ALL\norg.flywaydb.level=ALL\n");
        String stranger = "//someone:" + hidden + "@";
        try (TestDatabase database = new TestDatabase()) {
            assertThat(output(logging, "waiting for", "postgresql:" + stranger + "127.0.0.1:1/db",
                    "amqp:" + stranger + "127.0.0.1:1")).doesNotContain(hidden).doesNotContain(TestTokens.SECRET);
            assertThat(output(logging, LISTENING, database.environmentValue(),
                    TestServices.broker().replaceFirst("//[^@]*@", stranger))).doesNotContain(hidden)
                            .doesNotContain(TestTokens.SECRET).doesNotContain(TestDatabase.PASSWORD)
                            .doesNotContain(SENT).doesNotContain(TOKEN);
        } finally {
            Files.delete(logging);
        }
    }

    /** {@return the output of a gateway from its start to its stop, after requests with secrets if it listens} */
    private static String output(Path logging, String awaited, String databaseUrl, String brokerUrl) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Djava.util.logging.config.file=" + logging, "-cp",
                System.getProperty("java.class.path"), "ulens.gateway.Main").redirectErrorStream(true);
        builder.environment().putAll(Map.of("PORT", Integer.toString(port), "OPS_PORT", "0", "HOST", "127.0.0.1",
                "ACCESS_SECRET_KEY", TestTokens.SECRET, "DATABASE_URL", databaseUrl, "RMQ_URL", brokerUrl));
        Process process = builder.start();
        StringBuffer said = new StringBuffer();
        Thread reader = Thread.startVirtualThread(() -> process.inputReader(StandardCharsets.UTF_8).lines()
                .forEach(line -> said.append(line).append('\n')));
        try {
            await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(() -> said.indexOf(awaited) >= 0);
            if (awaited.equals(LISTENING)) {
                requests(port, SENT, TOKEN);
                await().atMost(TestClient.PATIENCE).until(() -> said.indexOf("[GATEWAY][RMQ]") >= 0);
            }
        } finally {
            process.toHandle().destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            reader.join();
        }
        return said.toString();
    }

    /** Sends valid and invalid requests, with a secret in every place of a request that can hold one. */
    private static void requests(int port, String hidden, String token) throws Exception {
        List<String> lines = List.of("GET /socket.io/?EIO=4&transport=polling&token=" + hidden + " HTTP/1.1",
                "GET /socket.io/?EIO=3&transport=polling&token=" + hidden + " HTTP/1.1",
                "GET /socket.io/?EIO=4&transport=polling&sid=" + hidden + " HTTP/1.1",
                "POST /socket.io/?EIO=4&transport=websocket&token=" + hidden + " HTTP/1.1",
                "GET /nowhere?token=" + hidden + " HTTP/1.1", "GET /socket.io/?%zz=" + hidden + " HTTP/1.1",
                "GE T /socket.io/?token=" + hidden + " HTTP/7.3");
        List<String> more = List.of("", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: " + hidden + "\r\n");
        for (String line : lines) {
            for (String headers : more) {
                try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
                    socket.setSoTimeout(500);
                    socket.getOutputStream()
                            .write((line + "\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\nCookie: io="
                                    + hidden + "\r\n" + headers + "Content-Length: 0\r\n\r\n")
                                            .getBytes(StandardCharsets.US_ASCII));
                    // an answer or the end of the connection, after which the request was handled
                    socket.getInputStream().read();
                }
            }
        }
    }

    /** Switches on every level of every logger of this process, until it is closed. */
    private static final class AllLoggers implements AutoCloseable {
        private final Map<Logger, Optional<Level>> before = new HashMap<>();
        private final Handler handler;

        private AllLoggers(Handler handler) {
            this.handler = handler;
            // the tests' own servers and clients would fill the console
            Arrays.stream(Logger.getLogger("").getHandlers()).forEach(other -> other.setLevel(Level.WARNING));
            Logger.getLogger("").addHandler(handler);
            raise();
        }

        /** Includes loggers that were made meanwhile. */
        private void raise() {
            for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
                Logger logger = Logger.getLogger(name);
                before.putIfAbsent(logger, Optional.ofNullable(logger.getLevel()));
                logger.setLevel(Level.ALL);
            }
        }

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(handler);
            before.forEach((logger, level) -> logger.setLevel(level.orElse(null)));
            Arrays.stream(Logger.getLogger("").getHandlers()).forEach(other -> other.setLevel(Level.ALL));
        }
    }

    private static final class Lines extends Handler {
        private final Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord logged) {
            all.add(new SimpleFormatter().format(logged));
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
