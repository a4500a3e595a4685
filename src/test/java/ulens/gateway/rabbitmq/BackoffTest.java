package ulens.gateway.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1));

    @Test
    void growsToFiveTimesTheFirstPause() {
        assertThat(next(0)).isEqualTo(1);
        assertThat(next(0)).isEqualTo(2);
        assertThat(next(0)).isEqualTo(4);
        assertThat(next(0)).isEqualTo(5);
        assertThat(next(0)).isEqualTo(5);
    }

    @Test
    void startsAnewAfterASuccessThatLasted() {
        next(0);
        next(0);
        backoff.succeeded(seconds(10));
        assertThat(next(15)).isEqualTo(1);
    }

    @Test
    void doesNotStartAnewAfterASuccessThatBrokeAtOnce() {
        next(0);
        backoff.succeeded(seconds(10));
        assertThat(next(11)).isEqualTo(2);
        assertThat(next(100)).isEqualTo(4);
    }

    private long next(long atSecond) {
        return backoff.next(seconds(atSecond)).toSeconds();
    }

    private static long seconds(long count) {
        return Duration.ofSeconds(count).toNanos();
    }
}
