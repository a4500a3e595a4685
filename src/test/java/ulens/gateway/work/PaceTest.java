package ulens.gateway.work;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Many things, one by one, by a clock that passes without waiting. */
class PaceTest {
    private static final Duration SPREAD = Duration.ofNanos(1_000);

    private final List<Long> moments = new ArrayList<>();
    private long now;

    private Pace pace() {
        return new Pace(() -> now, nanos -> {
            now += nanos;
            return false;
        });
    }

    private static List<Integer> things(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void eachHasItsTurnAndTheLastOneAStepBeforeTheEnd() {
        pace().each(things(5), SPREAD, _ -> moments.add(now));
        assertThat(moments).containsExactly(0L, 200L, 400L, 600L, 800L);
    }

    @Test
    void aSlowOneIsMadeUpForByThoseAfterIt() {
        pace().each(things(5), SPREAD, thing -> {
            moments.add(now);
            now += thing == 1 ? 450 : 0;
        });
        assertThat(moments).containsExactly(0L, 200L, 650L, 650L, 800L);
    }

    @Test
    void whoIsToldToHurryDoesTheRestAtOnceInOrder() {
        List<Integer> done = new ArrayList<>();
        new Pace(() -> now, nanos -> {
            now += nanos / 2;
            return now > 250;
        }).each(things(5), SPREAD, thing -> {
            done.add(thing);
            moments.add(now);
        });
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
        assertThat(moments).containsExactly(0L, 100L, 250L, 425L, 425L);
    }

    @Test
    void whoIsInterruptedDoesTheRestAtOnceAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        List<Integer> done = new ArrayList<>();
        Pace.unless(new CountDownLatch(1)).each(things(5), Duration.ofDays(1), done::add);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void theRealOneHurriesOnceItIsTold() {
        CountDownLatch hurry = new CountDownLatch(1);
        List<Integer> done = new ArrayList<>();
        Pace.unless(hurry).each(things(5), Duration.ofDays(1), thing -> {
            done.add(thing);
            hurry.countDown();
        });
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void nobodyAndNoTimeAreNoProblem() {
        pace().each(List.of(), SPREAD, _ -> moments.add(now));
        pace().each(things(3), Duration.ZERO, _ -> moments.add(now));
        assertThat(moments).containsExactly(0L, 0L, 0L);
    }

    @Test
    void someComeBeforeAllOthersAndNoneInTheOrderInWhichTheyCame() {
        List<Integer> order = Pace.shuffled(things(1_000), thing -> thing % 2 == 1);
        assertThat(order).hasSize(1_000).doesNotHaveDuplicates();
        assertThat(order.subList(0, 500)).allMatch(thing -> thing % 2 == 1);
        assertThat(order.subList(0, 500)).isNotEqualTo(order.subList(0, 500).stream().sorted().toList());
        assertThat(order.subList(500, 1_000)).isNotEqualTo(order.subList(500, 1_000).stream().sorted().toList());
    }
}
