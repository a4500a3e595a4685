package ulens.gateway.work;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Deadlines on a real clock; which tick each belongs to is {@link DeadlineSlotsTest}'s. */
@Execution(ExecutionMode.CONCURRENT)
class TimerWheelTest {
    private final TimerWheel wheel = TimerWheel.start(Task.of(System.getLogger("test"), "[TEST]", "test-wheel"));
    private final List<Probe> fired = new CopyOnWriteArrayList<>();

    private final class Probe extends Timed {
        private volatile long firedAt;
        private volatile long wanted;

        @Override
        protected void due(long now) {
            firedAt = now;
            fired.add(this);
        }

        Probe in(long millis) {
            wanted = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            wheel.schedule(this, wanted);
            return this;
        }
    }

    @AfterEach
    void stop() {
        wheel.stop();
    }

    @Test
    void everyDeadlineFiresOnceAndNoneEarly() {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            new Probe().in(random.nextInt(1_000) - 50);
        }
        await().untilAsserted(() -> assertThat(fired).hasSize(5_000).doesNotHaveDuplicates());
        assertThat(fired).allMatch(probe -> probe.firedAt - probe.wanted >= 0);
    }

    @Test
    void aMovedDeadlineFiresAtItsNewTimeOnly() {
        Probe moved = new Probe().in(100).in(400);
        Probe sooner = new Probe().in(60_000).in(20);
        await().untilAsserted(() -> assertThat(fired).containsExactly(sooner, moved));
        assertThat(moved.firedAt - moved.wanted).isNotNegative();
    }

    @Test
    void anEarlierDeadlineStaysWhenALaterOneIsAskedFor() {
        Probe probe = new Probe().in(50);
        wheel.scheduleAtLatest(probe, System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
        await().untilAsserted(() -> assertThat(fired).containsExactly(probe));
    }

    @Test
    void cancelledDeadlinesDoNotFire() {
        Probe cancelled = new Probe().in(50);
        wheel.cancel(cancelled);
        wheel.cancel(cancelled);
        Probe later = new Probe().in(150);
        await().untilAsserted(() -> assertThat(fired).containsExactly(later));
    }

    @Test
    @Tag("slow")
    void deadlinesBeyondOneTurnWaitForTheirTurn() {
        new Probe().in(60_000);
        Probe turn = new Probe().in(8_500);
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(fired).containsExactly(turn));
        assertThat(turn.firedAt - turn.wanted).isNotNegative();
    }

    @Test
    void stoppingFiresWhatIsLeftAndWhatComesLater() {
        Probe left = new Probe().in(60_000);
        wheel.stop();
        await().untilAsserted(() -> assertThat(fired).containsExactly(left));
        Probe late = new Probe().in(60_000);
        await().untilAsserted(() -> assertThat(fired).containsExactly(left, late));
    }

    @Test
    void aDeadlineThatThrowsAnErrorComesAgainAndNoOtherIsLost() {
        AtomicInteger calls = new AtomicInteger();
        Timed failing = new Timed() {
            @Override
            protected void due(long now) {
                if (calls.incrementAndGet() == 1) {
                    throw new NoClassDefFoundError("made up");
                }
            }
        };
        wheel.schedule(failing, System.nanoTime());
        Probe other = new Probe().in(20);
        await().untilAsserted(() -> assertThat(fired).containsExactly(other));
        await().untilAsserted(() -> assertThat(calls).hasValue(2));
    }
}
