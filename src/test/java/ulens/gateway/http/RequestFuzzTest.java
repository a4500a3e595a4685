package ulens.gateway.http;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * 2,000 requests, from a fixed seed: lines, heads and bodies put together at random, then broken at random, written in
 * random pieces. In every case the outcome is an HTTP status or the end of the connection, nothing in the log has a
 * stack trace, and the listener goes on serving.
 */
class RequestFuzzTest {
    private static final int CASES = 2_000;
    private static final long SEED = 20_261_125;
    private static final Pattern ANSWERS = Pattern.compile("HTTP/1\\.1 [1-5]\\d\\d .*", Pattern.DOTALL);
    private static final String[] METHODS = { "GET", "POST", "HEAD", "OPTIONS", "PRI", "x", "", "G\tT",
            "M".repeat(40) };
    private static final String[] TARGETS = { "/hello", "/echo", "/hello?a=b&c=%zz", "*", "/../..;/hello", "//",
            "http://x/hello", "/hello?" + "y".repeat(9_000), "/ä", "/%", "" };
    private static final String[] VERSIONS = { "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9",
            "HTTP/1.1 ", "http/1.1", "" };
    private static final String[] HEADERS = { "Host: x", "Host: [::1]:3000", "Connection: close",
            "Connection: keep-alive,Upgrade", "connection:\tCLOSE ,, x", "Upgrade: websocket", "Upgrade: h2c",
            "Content-Length: 5", "Content-Length: 0", "Content-Length: -1", "Content-Length: 5, 5", "Content-Length: ",
            "Content-Length: 70000", "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked",
            "Transfer-Encoding: gzip", "Expect: 100-continue", "Content-Encoding: gzip", "Accept: text/plain;q=9",
            "X: " + "z".repeat(3_000), ": no name", "No colon", " folded", "X-Forwarded-For: , ;", "Cookie: \"" };
    private static final String[] BODIES = { "", "hello", "5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n", "zz\r\n", "5\r\nhel",
            "ffffffff\r\n", "-1\r\n\r\n", "hello" + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" };

    private static String one(String[] of, Random random) {
        return of[random.nextInt(of.length)];
    }

    private static byte[] request(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(3); n >= 0; n--) {
            text.append(one(METHODS, random)).append(' ').append(one(TARGETS, random)).append(' ')
                    .append(one(VERSIONS, random)).append("\r\n");
            for (int h = random.nextInt(6); h > 0; h--) {
                text.append(one(HEADERS, random)).append("\r\n");
            }
            text.append("\r\n").append(one(BODIES, random));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] = '\n';
                case 2 -> bytes = Arrays.copyOf(bytes, at + 1);
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + 3);
                    System.arraycopy(bytes, at, longer, at + 3, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private static String outcome(int port, byte[] request, Random random) throws Exception {
        try (RawPeer peer = new RawPeer(port)) {
            for (int at = 0; at < request.length;) {
                int to = random.nextInt(3) > 0 ? request.length
                        : Math.min(request.length, at + 1 + random.nextInt(2_000));
                peer.tryWrite(Arrays.copyOfRange(request, at, to));
                at = to;
            }
            peer.endOfWriting();
            return peer.readAll();
        }
    }

    @Test
    void everyOutcomeIsAStatusOrAnEnd() throws Exception {
        Random random = new Random(SEED);
        int answered = 0;
        try (Traces traces = new Traces();
                var listener = new TestListener(TestListener.limits())) {
            for (int i = 0; i < CASES; i++) {
                byte[] request = request(random);
                String answer = outcome(listener.port(), request, random);
                String about = "seed " + SEED + ", case " + i + ": " + new String(request, StandardCharsets.ISO_8859_1)
                        + "\n-> " + answer;
                if (!answer.isEmpty()) {
                    assertThat(ANSWERS.matcher(answer).matches()).as(about).isTrue();
                    answered++;
                }
                assertThat(traces.seen).as(about).isEmpty();
            }
            assertThat(answered).isBetween(CASES / 2, CASES);
            assertThat(RawPeer.exchange(listener.port(), "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .endsWith("hello");
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(listener.door.connections()).isZero();
                assertThat(listener.door.newcomers()).isZero();
            });
        }
    }

    /** All that this package and Helidon have logged with a stack trace; other tests may run at the same time. */
    private static final class Traces extends Handler implements AutoCloseable {
        final List<String> seen = new CopyOnWriteArrayList<>();

        Traces() {
            Logger.getLogger("").addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            String logger = String.valueOf(line.getLoggerName());
            if (line.getThrown() != null && line.getLevel().intValue() >= Level.INFO.intValue()
                    && (logger.startsWith("ulens.gateway.http") || logger.startsWith("io.helidon"))) {
                seen.add(logger + " " + line.getMessage() + ": " + line.getThrown());
            }
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(this);
        }
    }
}
