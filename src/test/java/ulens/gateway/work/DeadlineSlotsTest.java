package ulens.gateway.work;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** The slots against a plain map from deadline to tick, under random sets, moves, removals and jumps of the clock. */
class DeadlineSlotsTest {
    private static final long START = Long.MAX_VALUE - 1_000 * DeadlineSlots.TICK;
    private static final long TICK = DeadlineSlots.TICK;

    private final DeadlineSlots slots = new DeadlineSlots(START);
    private final Map<Timed, Long> model = new HashMap<>();
    private long now = START;
    private long taken;

    private static final class Deadline extends Timed {
        @Override
        protected void due(long time) {
            throw new AssertionError("nobody calls it here");
        }
    }

    private void set(Timed timed, long due) {
        slots.remove(timed);
        long tick = Math.max(taken + 1, (due - START + TICK - 1) / TICK);
        assertThat(slots.set(timed, due)).isEqualTo(tick);
        model.put(timed, tick);
    }

    private void take() {
        List<Timed> due = new ArrayList<>();
        slots.takeDue(now, due);
        taken = (now - START) / TICK;
        List<Timed> expected = model.keySet().stream().filter(one -> model.get(one) <= taken).toList();
        assertThat(due).containsExactlyInAnyOrderElementsOf(expected);
        expected.forEach(model::remove);
    }

    private long next() {
        return model.values().stream().mapToLong(tick -> taken + 1 + (tick - taken - 1) % DeadlineSlots.SLOTS).min()
                .orElse(DeadlineSlots.NEVER);
    }

    @Test
    void eachIsTakenOnceAtTheFirstTickThatIsNotBeforeIt() {
        SplittableRandom random = new SplittableRandom(11);
        List<Timed> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(new Deadline());
        }
        for (int step = 0; step < 20_000; step++) {
            Timed one = all.get(random.nextInt(all.size()));
            switch (random.nextInt(6)) {
                case 0 -> set(one, now + random.nextLong(-3 * TICK, 10 * TICK));
                case 1 -> set(one, now + random.nextLong(0, 3 * DeadlineSlots.SLOTS * TICK));
                case 2 -> {
                    slots.remove(one);
                    model.remove(one);
                }
                case 3 -> {
                    now += random.nextLong(0, 4 * TICK);
                    take();
                }
                case 4 -> {
                    now += random.nextInt(50) == 0 ? random.nextLong(0, 2 * DeadlineSlots.SLOTS * TICK) : 0;
                    take();
                }
                default -> assertThat(slots.isSet(one)).isEqualTo(model.containsKey(one));
            }
            assertThat(slots.nextTick()).isEqualTo(next());
        }
        List<Timed> left = new ArrayList<>();
        slots.takeAll(left);
        assertThat(left).containsExactlyInAnyOrderElementsOf(model.keySet());
        assertThat(slots.nextTick()).isEqualTo(DeadlineSlots.NEVER);
        assertThat(all).noneMatch(slots::isSet);
    }

    @Test
    void aDeadlineBetweenTwoTicksWaitsForTheLaterOne() {
        set(new Deadline(), START + TICK + 1);
        assertThat(slots.nextTick()).isEqualTo(2);
        assertThat(slots.timeOf(2)).isEqualTo(START + 2 * TICK);
        now = START + 2 * TICK - 1;
        take();
        assertThat(model).hasSize(1);
        now++;
        take();
        assertThat(model).isEmpty();
    }

    @Test
    void afterAnyPauseOneTurnFindsAll() {
        for (int tick = 1; tick <= DeadlineSlots.SLOTS; tick++) {
            set(new Deadline(), START + tick * TICK);
        }
        now = START + 10L * DeadlineSlots.SLOTS * TICK;
        take();
        assertThat(model).isEmpty();
    }
}
