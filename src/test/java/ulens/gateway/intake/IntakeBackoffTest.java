package ulens.gateway.intake;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Intake waits longer each time, no longer than messages may be held, and not at all once the gateway stops. */
class IntakeBackoffTest {
    private static final long MILLI = 1_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final Task loop = Task.of(System.getLogger("test"), "[TEST]", "test-intake");
    private final IntakeBackoff backoff = new IntakeBackoff(Duration.ofSeconds(5), loop, clock);
    private final List<Long> pauses = new ArrayList<>();

    @AfterEach
    void close() {
        backoff.end();
        loop.close();
    }

    @Test
    void pausesGrowAndBeginShortAgainAfterASuccess() throws Exception {
        clock.meanwhile(pauses::add);
        assertThat(backoff.waiting()).isFalse();
        assertThat(backoff.pause("away")).isTrue();
        assertThat(backoff.waiting()).isTrue();
        for (int i = 0; i < 7; i++) {
            backoff.pause("away");
        }
        assertThat(pauses.getFirst()).isLessThanOrEqualTo(100 * MILLI);
        assertThat(pauses.getLast()).isBetween(1_000 * MILLI, 2_000 * MILLI);
        backoff.reset();
        assertThat(backoff.waiting()).isFalse();
        backoff.pause("away");
        assertThat(pauses.getLast()).isLessThanOrEqualTo(100 * MILLI);
    }

    @Test
    void theTimeOfTheHoldBeginsWithTheWait() throws Exception {
        clock.pass(Duration.ofHours(1).toNanos());
        long begun = clock.now();
        while (backoff.pauseHolding("away").isEmpty()) {
            assertThat(clock.now() - begun).isLessThanOrEqualTo(Duration.ofSeconds(5).toNanos());
        }
        assertThat(clock.now() - begun).isBetween(Duration.ofSeconds(5).toNanos(), Duration.ofSeconds(7).toNanos());
        assertThat(backoff.pauseHolding("away")).contains(Unsettled.GIVE_BACK);
    }

    @Test
    void theStopEndsAllPauses() throws Exception {
        backoff.end();
        assertThat(backoff.pause("away")).isFalse();
        assertThat(backoff.pauseHolding("away")).contains(Unsettled.STOPPED);
        assertThat(clock.waited()).isZero();
    }
}
