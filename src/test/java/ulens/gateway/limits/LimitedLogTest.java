package ulens.gateway.limits;

import org.junit.jupiter.api.Test;

import java.text.MessageFormat;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.ResourceBundle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A flood of lines becomes a few, and their number. */
class LimitedLogTest {
    private final Queue<String> written = new ConcurrentLinkedQueue<>();
    private final AtomicLong now = new AtomicLong();

    @Test
    void whatIsLeftOutIsCountedAndSaid() {
        LimitedLog log = new LimitedLog(new Recorded(), "[X] seen", Rate.of(3, 1), Duration.ofMillis(1), now::get);
        for (int i = 0; i < 1_000; i++) {
            log.log(System.Logger.Level.INFO, "[X] seen: {0}", "n" + i);
        }
        assertThat(written).startsWith("[X] seen: n0", "[X] seen: n1", "[X] seen: n2");
        await().until(() -> saidInAll() == 997);
        now.addAndGet(1_000_000_000L);
        log.log(System.Logger.Level.INFO, "[X] seen: {0}", "again");
        assertThat(written).contains("[X] seen: again");
        log.log(System.Logger.Level.DEBUG, "[X] seen: {0}", "not loggable, so not counted");
        assertThat(saidInAll()).isEqualTo(997);
    }

    private long saidInAll() {
        return List.copyOf(written).stream().filter(line -> line.contains(" more in the last "))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\[X] seen: and (\\d+) more in the last 0 s", "$1")))
                .sum();
    }

    private final class Recorded implements System.Logger {
        @Override
        public String getName() {
            return "recorded";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level != Level.DEBUG;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
            written.add(text);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
            written.add(MessageFormat.format(format, arguments));
        }
    }
}
