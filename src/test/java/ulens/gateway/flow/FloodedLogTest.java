package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Strangers can't make the log grow without limit. */
class FloodedLogTest {
    private static final int FLOOD = 3_000;
    private static final int AT_ONCE = 100;

    private final AtomicInteger lines = new AtomicInteger();
    private final Logger logger = Logger.getLogger("ulens.gateway.session");

    @Test
    void aFloodOfRefusedTokensIsSomeHundredLinesAndANumber() {
        Handler counter = new Counter();
        Level level = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.setUseParentHandlers(false);
        logger.addHandler(counter);
        try (TestGateway gateway = new TestGateway(
                Map.of("LIMIT_AUTHENTICATION_FAILURES", "off", "AUTH_REJECT", "connect-error"));
                RawSocket flood = new RawSocket(gateway.port())) {
            long start = System.nanoTime();
            for (int sent = 0; sent < FLOOD; sent += AT_ONCE) {
                for (int i = 0; i < AT_ONCE; i++) {
                    flood.send("40/ws,{\"token\":\"no token\"}");
                }
                // a client that is not known may not leave many answers unread
                int answers = sent + AT_ONCE;
                await().atMost(TestClient.PATIENCE).until(() -> flood.all("44/ws,").size() == answers);
            }
            long seconds = Math.ceilDiv(System.nanoTime() - start, 1_000_000_000L);
            assertThat(lines.get()).isBetween(500, (int) Math.min(FLOOD - 1, 505 + 51 * seconds));
        } finally {
            logger.removeHandler(counter);
            logger.setUseParentHandlers(true);
            logger.setLevel(level);
        }
    }

    private final class Counter extends Handler {
        @Override
        public void publish(LogRecord line) {
            lines.incrementAndGet();
        }

        @Override
        public void flush() {
            // nothing is kept
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
