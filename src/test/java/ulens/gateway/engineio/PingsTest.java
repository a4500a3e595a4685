package ulens.gateway.engineio;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** When a proof of receipt is asked for. */
class PingsTest {
    private static final long DELAY = EngineConfig.defaults("/").heartbeat().proofDelay().toNanos();

    private final EngineConfig config = EngineConfig.defaults("/engine.io/");
    private final ProofPace pace = new ProofPace(config);

    @Test
    void aProofThatIsAlmostDueGoesWithAMessageThatIsWrittenAnyway() {
        Pings pings = new Pings(config, pace, 0);
        assertThat(pings.ridesAlong(DELAY, false)).as("nobody asked").isFalse();
        pings.whenReceived(() -> {
        }, 0);
        long almost = DELAY * 2 / 3;
        assertThat(pings.ridesAlong(almost - 1, false)).isFalse();
        assertThat(pings.ridesAlong(almost, false)).isTrue();
        assertThat(pings.ridesAlong(almost, true)).as("held during an upgrade").isFalse();
        assertThat(pings.isPingDue(almost, false)).isFalse();
        assertThat(pings.isPingDue(DELAY, false)).isTrue();
        pings.queued(DELAY, 0);
        assertThat(pings.ridesAlong(DELAY, false)).as("one at a time").isFalse();
    }

    @Test
    void aProofOfAQuietServerWaitsNoLongerThanTheDelayHoweverManyMessagesFollow() {
        Pings pings = new Pings(config, pace, 0);
        follow(pings, 0, DELAY - 1);
        assertThat(pings.due(false)).isEqualTo(DELAY);
    }

    @Test
    void onABusyServerAProofIsDueWhenNoMoreMessagesFollow() {
        busy();
        Pings pings = new Pings(config, pace, 0);
        pings.whenReceived(() -> {
        }, 0);
        assertThat(pings.due(false)).as("a lone message").isEqualTo(DELAY);
        follow(pings, DELAY / 2, DELAY * 2);
        assertThat(pings.due(false)).as("after the last of several").isEqualTo(DELAY * 3);
    }

    @Test
    void onABusyServerMessagesPutAProofOffForFiveTimesTheDelayAtMost() {
        busy();
        Pings pings = new Pings(config, pace, 0);
        follow(pings, 0, DELAY * 5 - 1);
        assertThat(pings.due(false)).isEqualTo(DELAY * 5);
        assertThat(pings.isPingDue(DELAY * 5 - 1, false)).isFalse();
        assertThat(pings.isPingDue(DELAY * 5, false)).isTrue();
    }

    @Test
    void afterABurstAProofIsDueAtOnceAndNoneIsMadeUp() {
        busy();
        Pings pings = new Pings(config, pace, 0);
        pings.hurry(1);
        assertThat(pings.isPingDue(1, false)).as("nobody asked").isFalse();
        follow(pings, 1, DELAY);
        pings.hurry(DELAY + 1);
        assertThat(pings.isPingDue(DELAY + 1, false)).isTrue();
    }

    @Test
    void aPingThatCannotBeWrittenIsOverdueAfterTheLongerTimeAndOneThatWasAfterThatOfAPong() {
        long timeout = config.heartbeat().timeout().toNanos();
        Pings pings = new Pings(config, pace, 0);
        pings.queued(DELAY, timeout * 3);
        assertThat(pings.isOverdue(DELAY + timeout * 3 - 1)).isFalse();
        assertThat(pings.isOverdue(DELAY + timeout * 3)).isTrue();
        pings.moved(timeout, false);
        assertThat(pings.isOverdue(timeout * 4 - 1)).as("something moves").isFalse();
        pings.moved(timeout, true);
        assertThat(pings.isOverdue(timeout * 2 - 1)).isFalse();
        assertThat(pings.isOverdue(timeout * 2)).isTrue();
    }

    @Test
    void theMoreSessionsWantAProofTheLongerItMayBePutOffUpToFiveTimes() {
        assertThat(pace.begin()).isEqualTo(DELAY);
        for (int others = 0; others < 800; others++) {
            pace.begin();
        }
        long busy = pace.begin();
        assertThat(busy).isBetween(DELAY + 1, DELAY * 5);
        for (int others = 0; others < 100_000; others++) {
            pace.begin();
        }
        assertThat(pace.begin()).isEqualTo(DELAY * 5);
    }

    @Test
    void aSessionThatHasItsProofOrEndsWantsNoneAnyMore() {
        for (int i = 0; i < 5_000; i++) {
            Pings pings = new Pings(config, pace, 0);
            pings.whenReceived(() -> {
            }, 0);
            if (i % 2 == 0) {
                pings.queued(1, 0);
            } else {
                pings.forget();
                pings.forget();
            }
        }
        assertThat(Duration.ofNanos(pace.begin())).isEqualTo(config.heartbeat().proofDelay());
    }

    private void busy() {
        for (int others = 0; others < 100_000; others++) {
            pace.begin();
        }
    }

    /** Messages one after the other, the last of them at {@code last}. */
    private static void follow(Pings pings, long first, long last) {
        for (long now = first; now < last; now += DELAY / 2) {
            pings.whenReceived(() -> {
            }, now);
        }
        pings.whenReceived(() -> {
        }, last);
    }
}
