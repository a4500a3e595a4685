package ulens.gateway;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
    void logsHoldNothingThatIsSecretAtTheFinestLevel() throws Exception {
        Lines lines = new Lines();
        Logger root = Logger.getLogger("");
        Logger ours = Logger.getLogger("ulens.gateway");
        root.addHandler(lines);
        ours.setLevel(Level.ALL);
        String hidden = "hidden-" + UUID.randomUUID();
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
            requests(gateway.port(), hidden, token);
        } finally {
            root.removeHandler(lines);
            ours.setLevel(null);
        }
        assertThat(lines.all).isNotEmpty()
                .anyMatch(line -> line.contains("[GATEWAY][WS] connected: user user[31mforged line"))
                .noneMatch(line -> line.contains(token) || line.contains(TEXT) || line.contains(TestTokens.SECRET)
                        || line.contains(hidden) || line.contains("\u001b"));
    }

    /** Good and bad ones, with a secret wherever a request can have one. */
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
                    // an answer or the end of the connection: the request has been dealt with
                    socket.getInputStream().read();
                }
            }
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
