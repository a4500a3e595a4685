package ulens.gateway.intake;

import io.helidon.metrics.api.DistributionSummary;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.Metrics;
import io.helidon.metrics.api.Timer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.metrics.Meters;

import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Which metric counts what. */
class IntakeCountsTest {
    private final Meters meters = new Meters();

    @AfterEach
    void close() {
        meters.close();
    }

    private static Meter meter(String name, String tag) {
        return Metrics.globalRegistry().meters().stream().filter(one -> one.id().name().equals("gateway_" + name))
                .filter(one -> tag == null || one.id().tagsMap().containsValue(tag)).findFirst().orElseThrow();
    }

    private static long count(String name, String tag) {
        return ((FunctionalCounter) meter(name, tag)).count();
    }

    @Test
    void eachOutcomeOfAMessageHasACounterOfItsOwn() {
        IntakeCounts counts = new IntakeCounts();
        counts.register(meters);
        counts.consumed(10);
        counts.stored(3, 2);
        for (int i = 0; i < 4; i++) {
            counts.deadLetter();
        }
        for (int i = 0; i < 5; i++) {
            counts.retry();
        }
        for (int i = 0; i < 6; i++) {
            counts.sentRound();
        }
        for (int i = 0; i < 7; i++) {
            counts.sentLater();
        }
        counts.givenBack(8);
        counts.unreadableTime("sentAt");
        counts.unreadableTime("readAt");
        counts.unreadableTime("readAt");
        assertThat(counts.consumed()).isEqualTo(10);
        assertThat(counts.stored()).isEqualTo(3);
        assertThat(Stream
                .of("messages_consumed", "messages_stored", "messages_duplicate", "messages_dead_lettered",
                        "messages_retried", "dead_letters_put_off", "messages_sent_later", "messages_given_back")
                .map(name -> count(name, null)).toList()).containsExactly(10L, 3L, 2L, 4L, 5L, 6L, 7L, 8L);
        assertThat(count("times_unreadable", "sentAt")).isEqualTo(1);
        assertThat(count("times_unreadable", "readAt")).isEqualTo(2);
    }

    @Test
    void eachTransactionIsMeasured() {
        BatchObserver.measuring(meters).stored(30, TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(((DistributionSummary) meter("batch_size", null)).max()).isEqualTo(30);
        assertThat(((Timer) meter("store_latency", null)).totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
    }
}
