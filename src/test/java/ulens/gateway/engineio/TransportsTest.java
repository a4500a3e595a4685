package ulens.gateway.engineio;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import static org.assertj.core.api.Assertions.assertThat;

/** From polling to a WebSocket, once, never back. */
class TransportsTest {
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

    private final List<String> told = new ArrayList<>();
    private final Transport polling = new Named("polling", TransportName.POLLING);
    private final Transport first = new Named("first", TransportName.WEBSOCKET);
    private final Transport second = new Named("second", TransportName.WEBSOCKET);
    private final Lifecycle life = new Lifecycle();
    private final Transports transports = new Transports(new ReentrantLock(), life, PATIENCE);
    private int changes;

    private final class Named implements Transport {
        private final String text;
        private final TransportName name;

        Named(String text, TransportName name) {
            this.text = text;
            this.name = name;
        }

        @Override
        public TransportName name() {
            return name;
        }

        @Override
        public void wake() {
            told.add(text + " wakes");
        }

        @Override
        public boolean end(int closeCode) {
            told.add(text + " ends with " + closeCode);
            return false;
        }

        @Override
        public void admitted(boolean in) {
            told.add(text + " admitted: " + in);
        }

        @Override
        public void makeWay() {
            told.add(text + " makes way");
        }

        @Override
        public void cut() {
            told.add(text + " is cut");
        }
    }

    @Test
    void aCandidateIsProbedAndThenTakesOver() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        assertThat(transports.isUpgrading()).isTrue();
        assertThat(transports.isProbed()).isFalse();
        transports.probed(first);
        assertThat(transports.isProbed()).isTrue();
        assertThat(transports.isCurrent(polling)).isTrue();
        assertThat(transports.complete(first)).isTrue();
        assertThat(transports.isCurrent(first)).isTrue();
        assertThat(transports.isUpgrading()).isFalse();
        assertThat(transports.hasUpgrade()).isTrue();
        assertThat(told).containsExactly("polling makes way", "first admitted: true", "polling wakes");
        assertThat(changes).isEqualTo(2);
    }

    @Test
    void thereIsOneCandidateAndNoneForWhatIsAWebSocketAlready() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        assertThat(transports.offer(second)).isFalse();
        transports.probed(second);
        assertThat(transports.isProbed()).isFalse();
        assertThat(transports.complete(second)).isFalse();
        transports.failed(second);
        assertThat(transports.complete(first)).isTrue();
        assertThat(transports.offer(second)).isFalse();
    }

    @Test
    void aSessionThatBeganWithAWebSocketHasNoUpgrade() {
        transports.begin(first, () -> changes++);
        assertThat(transports.hasUpgrade()).isFalse();
        assertThat(transports.offer(second)).isFalse();
    }

    @Test
    void afterAFailureThereMayBeAnother() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        transports.failed(first);
        assertThat(transports.complete(first)).isFalse();
        assertThat(transports.isCurrent(polling)).isTrue();
        assertThat(transports.offer(second)).isTrue();
    }

    @Test
    void aClosingSessionTakesNoCandidateButLetsOneFinish() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        life.close(new Lifecycle.Closing("forced close", 1000, 0));
        assertThat(transports.hasUpgrade()).isFalse();
        assertThat(transports.complete(first)).isTrue();
        life.end();
        assertThat(transports.offer(second)).isFalse();
    }

    @Test
    void anEndedSessionLetsNoneFinish() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        life.end();
        assertThat(transports.complete(first)).isFalse();
    }

    @Test
    void whoTakesTooLongIsTurnedAway() {
        transports.begin(polling, () -> changes++);
        assertThat(transports.offer(first)).isTrue();
        long later = System.nanoTime() + PATIENCE;
        assertThat(transports.dueBefore(later + 1)).isLessThanOrEqualTo(later);
        transports.dropIfLate(later - PATIENCE / 2);
        assertThat(transports.isUpgrading()).isTrue();
        transports.dropIfLate(later);
        assertThat(transports.isUpgrading()).isFalse();
        assertThat(transports.dueBefore(later + 1)).isEqualTo(later + 1);
        assertThat(told).containsExactly("first ends with 1000");
    }
}
