package ulens.gateway.intake;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

import static org.assertj.core.api.Assertions.assertThat;

/** What goes into a batch, and how long it waits for more. */
class BatcherTest {
    private static final int MIB = 1024 * 1024;

    private final List<Long> asked = new ArrayList<>();
    private final VirtualClock clock = new VirtualClock();

    @Test
    void aBatchEndsAtItsSizeAndTheNextOneBeginsBehindIt() throws InterruptedException {
        Batcher<Integer> batcher = batcher(3);
        for (int message = 1; message <= 5; message++) {
            batcher.add(message);
        }
        assertThat(batcher.next()).containsExactly(1, 2, 3);
        assertThat(batcher.next()).containsExactly(4, 5);
    }

    @Test
    void aBatchEndsAt32MibSoThatItFitsTheTimeLimitOfTheDatabase() throws InterruptedException {
        Batcher<Integer> batcher = batcher(100);
        for (int message = 0; message < 40; message++) {
            batcher.add(MIB);
        }
        assertThat(batcher.next()).hasSize(32);
        assertThat(batcher.next()).hasSize(8);
    }

    @Test
    void aMessageOfAnySizeIsTaken() throws InterruptedException {
        Batcher<Integer> batcher = batcher(100);
        batcher.add(100 * MIB);
        batcher.add(1);
        assertThat(batcher.next()).containsExactly(100 * MIB);
        assertThat(batcher.next()).containsExactly(1);
    }

    @Test
    void neverMoreThanTwoBatchesAreAskedFor() throws InterruptedException {
        Batcher<Integer> batcher = batcher(3);
        assertThat(asked).containsExactly(6L);
        batcher.add(1);
        batcher.add(2);
        int taken = batcher.next().size();
        assertThat(asked).as("while the batch is not done").hasSize(1);
        batcher.done(taken);
        assertThat(asked).containsExactly(6L, 2L);
    }

    @Test
    void theWaitGrowsWithTheBatchBeforeBetweenAFiftiethAndTheWhole() {
        long longest = Duration.ofMillis(50).toNanos();
        assertThat(Duration.ofNanos(Batcher.linger(1, longest))).as("a lone message").hasMillis(1);
        assertThat(Duration.ofNanos(Batcher.linger(200, longest))).hasMillis(20);
        assertThat(Duration.ofNanos(Batcher.linger(4_000, longest))).hasMillis(50);
        assertThat(Batcher.linger(4_000, 0)).isZero();
    }

    @Test
    void aLoneMessageWaitsForAFiftiethOfTheLongestWait() throws InterruptedException {
        Batcher<Integer> batcher = batcher(100, Duration.ofMillis(50));
        batcher.add(1);
        assertThat(batcher.next()).containsExactly(1);
        assertThat(Duration.ofNanos(clock.waited())).hasMillis(1);
    }

    @Test
    void noBatchWaitsForLongerThanTheLongestWaitHoweverManyCome() throws InterruptedException {
        Batcher<Integer> batcher = batcher(10_000, Duration.ofMillis(50));
        clock.meanwhile(_ -> fill(batcher, 3_000));
        fill(batcher, 3_000);
        for (int batches = 0; batches < 10; batches++) {
            long before = clock.waited();
            assertThat(batcher.next()).isNotEmpty();
            assertThat(Duration.ofNanos(clock.waited() - before)).isLessThanOrEqualTo(Duration.ofMillis(50));
            fill(batcher, 1);
        }
    }

    @Test
    void whatComesDuringTheWaitIsInTheBatchUpToItsSize() throws InterruptedException {
        Batcher<Integer> batcher = batcher(5, Duration.ofMillis(50));
        clock.meanwhile(_ -> fill(batcher, 7));
        batcher.add(1);
        assertThat(batcher.next()).hasSize(5);
        clock.meanwhile(_ -> {
        });
        assertThat(batcher.next()).hasSize(3);
    }

    @Test
    void aFullBatchDoesNotWait() throws InterruptedException {
        Batcher<Integer> batcher = batcher(5, Duration.ofMillis(50));
        fill(batcher, 5);
        assertThat(batcher.next()).hasSize(5);
        assertThat(clock.waited()).isZero();
    }

    @Test
    void afterAPauseALoneMessageIsOneAgain() throws InterruptedException {
        Batcher<Integer> batcher = batcher(1_000, Duration.ofMillis(50));
        fill(batcher, 400);
        batcher.next();
        assertThat(batcher.next()).as("nothing has come").isEmpty();
        long before = clock.waited();
        batcher.add(1);
        batcher.next();
        assertThat(Duration.ofNanos(clock.waited() - before)).hasMillis(1);
    }

    @Test
    void whatWasLostIsKnownUntilEverythingIsDropped() {
        Batcher<Integer> batcher = batcher(5);
        fill(batcher, 3);
        batcher.lost();
        assertThat(batcher.isIncomplete()).isTrue();
        assertThat(batcher.drop()).isEqualTo(3);
        assertThat(batcher.isIncomplete()).isFalse();
        assertThat(batcher.isEmpty()).isTrue();
    }

    @Test
    void aClosedBatcherTakesNothingUp() throws InterruptedException {
        Batcher<Integer> batcher = batcher(5);
        fill(batcher, 3);
        batcher.close();
        assertThat(batcher.next()).isEmpty();
    }

    private static void fill(Batcher<Integer> batcher, int messages) {
        for (int i = 0; i < messages; i++) {
            batcher.add(1);
        }
    }

    private Batcher<Integer> batcher(int batchSize) {
        return batcher(batchSize, Duration.ZERO);
    }

    private Batcher<Integer> batcher(int batchSize, Duration linger) {
        Batcher<Integer> batcher = new Batcher<>(batchSize, linger, Integer::intValue, clock);
        batcher.subscribed(new Flow.Subscription() {
            @Override
            public void request(long count) {
                asked.add(count);
            }

            @Override
            public void cancel() {
            }
        });
        return batcher;
    }
}
