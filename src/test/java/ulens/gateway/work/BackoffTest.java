package ulens.gateway.work;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

    @Test
    void pausesDoubleUpToTheLongest() {
        assertEquals(List.of(1L, 2L, 4L, 5L, 5L), pauses(5));
    }

    @Test
    void startsAnewAfterASuccess() {
        pauses(3);
        backoff.reset();
        assertEquals(List.of(1L, 2L), pauses(2));
    }

    @Test
    void startsAnewAfterASuccessThatLasted() {
        pauses(2);
        backoff.succeeded(seconds(10));
        assertEquals(1, next(15));
        assertEquals(2, next(100), "a success counts once");
    }

    @Test
    void doesNotStartAnewAfterASuccessThatBrokeAtOnce() {
        assertEquals(1, next(0));
        backoff.succeeded(seconds(10));
        assertEquals(2, next(14));
        assertEquals(4, next(100));
    }

    @Test
    void aClockThatWrapsAroundIsNoLongTime() {
        pauses(2);
        backoff.succeeded(Long.MAX_VALUE);
        assertEquals(4, backoff.next(Long.MIN_VALUE).toSeconds());
    }

    @Test
    void thePauseMayBeTheSameEachTimeAndAsLongAsTimeIsCounted() {
        Backoff same = new Backoff(Duration.ofMillis(3), Duration.ofMillis(3));
        assertEquals(List.of(3L, 3L), Stream.of(same.next(), same.next()).map(Duration::toMillis).toList());
        Backoff longest = new Backoff(Duration.ofNanos(Long.MAX_VALUE - 1), Duration.ofNanos(Long.MAX_VALUE));
        longest.next();
        assertEquals(Long.MAX_VALUE, longest.next().toNanos());
    }

    @Test
    void pausesThatNeverEndOrThatShrinkAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    }

    private List<Long> pauses(int count) {
        return Stream.generate(backoff::next).limit(count).map(Duration::toSeconds).toList();
    }

    private long next(long atSecond) {
        return backoff.next(seconds(atSecond)).toSeconds();
    }

    private static long seconds(long count) {
        return Duration.ofSeconds(count).toNanos();
    }
}
