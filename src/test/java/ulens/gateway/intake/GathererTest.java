package ulens.gateway.intake;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

import static org.assertj.core.api.Assertions.assertThat;

/** What goes into a batch, and how long it waits for more. */
class GathererTest {
    private static final int MIB = 1024 * 1024;

    private final List<Long> asked = new ArrayList<>();

    @Test
    void aBatchEndsAtItsSizeAndTheNextOneBeginsBehindIt() throws InterruptedException {
        Gatherer<Integer> gatherer = gatherer(3);
        for (int message = 1; message <= 5; message++) {
            gatherer.add(message);
        }
        assertThat(gatherer.next()).containsExactly(1, 2, 3);
        assertThat(gatherer.next()).containsExactly(4, 5);
    }

    @Test
    void aBatchEndsAt32MibSoThatItFitsTheTimeLimitOfTheDatabase() throws InterruptedException {
        Gatherer<Integer> gatherer = gatherer(100);
        for (int message = 0; message < 40; message++) {
            gatherer.add(MIB);
        }
        assertThat(gatherer.next()).hasSize(32);
        assertThat(gatherer.next()).hasSize(8);
    }

    @Test
    void aMessageOfAnySizeIsTaken() throws InterruptedException {
        Gatherer<Integer> gatherer = gatherer(100);
        gatherer.add(100 * MIB);
        gatherer.add(1);
        assertThat(gatherer.next()).containsExactly(100 * MIB);
        assertThat(gatherer.next()).containsExactly(1);
    }

    @Test
    void neverMoreThanTwoBatchesAreAskedFor() throws InterruptedException {
        Gatherer<Integer> gatherer = gatherer(3);
        assertThat(asked).containsExactly(6L);
        gatherer.add(1);
        gatherer.add(2);
        int taken = gatherer.next().size();
        assertThat(asked).as("while the batch is not done").hasSize(1);
        gatherer.done(taken);
        assertThat(asked).containsExactly(6L, 2L);
    }

    @Test
    void theWaitGrowsWithTheBatchBeforeBetweenAFiftiethAndTheWhole() {
        long longest = Duration.ofMillis(50).toNanos();
        assertThat(Duration.ofNanos(Gatherer.linger(1, longest))).as("a lone message").hasMillis(1);
        assertThat(Duration.ofNanos(Gatherer.linger(200, longest))).hasMillis(20);
        assertThat(Duration.ofNanos(Gatherer.linger(4_000, longest))).hasMillis(50);
        assertThat(Gatherer.linger(4_000, 0)).isZero();
    }

    private Gatherer<Integer> gatherer(int batchSize) {
        Gatherer<Integer> gatherer = new Gatherer<>(batchSize, Duration.ZERO, Integer::intValue);
        gatherer.subscribed(new Flow.Subscription() {
            @Override
            public void request(long count) {
                asked.add(count);
            }

            @Override
            public void cancel() {
            }
        });
        return gatherer;
    }
}
