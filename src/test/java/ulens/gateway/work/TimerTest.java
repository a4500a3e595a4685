package ulens.gateway.work;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is to run later runs once, unless it was cancelled or the timer has ended; and work that is sent away reports.
 */
@Timeout(60)
class TimerTest {
    private final Task task = Task.of(System.getLogger("test"), "[TEST]", "test-timer");

    @Test
    void whatWasCancelledLeavesNothingBehind() {
        try (Timer timer = new Timer(task)) {
            Future<?> one = timer.after(Duration.ofDays(1), () -> {
            });
            timer.after(Duration.ofDays(1), () -> {
            });
            await().until(() -> timer.waiting() == 2);
            one.cancel(false);
            await().until(() -> timer.waiting() == 1);
        }
    }

    @Test
    void aSuccessEndsAFailure() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (Timer timer = new Timer(task)) {
            timer.after(Duration.ZERO, () -> {
                throw new IllegalStateException("made up");
            });
            await().until(() -> task.failing(Duration.ZERO).isPresent());
            timer.after(Duration.ZERO, done::countDown);
            done.await();
            await().until(() -> task.failing(Duration.ZERO).isEmpty());
        }
    }

    @Test
    void afterTheEndNothingRunsAndNothingIsRefused() {
        CountDownLatch ran = new CountDownLatch(1);
        Timer timer = new Timer(task);
        timer.after(Duration.ofDays(1), ran::countDown);
        timer.close();
        timer.after(Duration.ZERO, ran::countDown);
        assertThat(ran.getCount()).isOne();
        assertThat(Task.all()).doesNotContain(task);
    }

    @Test
    void healthSeesThatItMoves() {
        try (Timer timer = new Timer(task)) {
            assertThat(timer.waiting()).isZero();
            await().until(() -> task.stuck(Duration.ZERO));
            assertThat(task.stuck(Duration.ofDays(1))).isFalse();
        }
    }

    @Test
    void anErrandCountsItsFailuresUntilOneSucceeds() {
        Errand.run(task, () -> {
            throw new IllegalStateException("made up");
        });
        await().until(() -> task.failing(Duration.ZERO).isPresent());
        CountDownLatch thread = new CountDownLatch(1);
        Errand.run(task, () -> {
            if (Thread.currentThread().isVirtual() && Thread.currentThread().getName().equals("test-timer")) {
                thread.countDown();
            }
        });
        await().until(() -> thread.getCount() == 0 && task.failing(Duration.ZERO).isEmpty());
        task.close();
    }
}
