package ulens.gateway;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever the level, no token, secret, password or text of a notification reaches a log. */
class SecrecyTest {
    private static final String TEXT = "the-text-of-a-notification-" + UUID.randomUUID();

    @Test
    void logsHoldNothingThatIsSecretAtTheFinestLevel() {
        Lines lines = new Lines();
        Logger root = Logger.getLogger("");
        Logger ours = Logger.getLogger("ulens.gateway");
        root.addHandler(lines);
        ours.setLevel(Level.ALL);
        String token = TestTokens.of("user\\u001b[31m\\nforged line");
        try (TestGateway gateway = new TestGateway();
                TestClient client = TestClient.connect(gateway.port(), token)) {
            client.subscribe();
            gateway.broker().publish(
                    """
                            {"userId":"user\\u001b[31m\\nforged line","notificationId":1,"message":"%s","metadata":{"k":"%s"}}"""
                            .formatted(TEXT, TEXT));
            client.awaitIds(1);
            client.read(1L);
            gateway.broker().publish("{\"userId\":\"%s\",\"message\":\"%s\"}".formatted(TEXT, TEXT));
            gateway.broker().deadLetter();
            try (TestClient refused = TestClient.connecting(gateway.port(), Map.of("token", token + "x"))) {
                refused.await("ERROR");
            }
        } finally {
            root.removeHandler(lines);
            ours.setLevel(null);
        }
        assertThat(lines.all).isNotEmpty()
                .anyMatch(line -> line.contains("[GATEWAY][WS] connected: user user[31mforged line"))
                .noneMatch(line -> line.contains(token) || line.contains(TEXT) || line.contains(TestTokens.SECRET)
                        || line.contains("\u001b"));
    }

    private static final class Lines extends Handler {
        private final Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord logged) {
            if (logged.getLoggerName() != null && logged.getLoggerName().startsWith("ulens")) {
                all.add(new SimpleFormatter().format(logged));
            }
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
