package ulens.gateway.work;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Does something to many things one by one, evenly spread over a time. The moment of each is fixed by the clock, so
 * that slow ones do not put off the end: those after them follow at once until the time is made up for. Who is told to
 * hurry, or interrupted, does all that is left at once.
 */
public final class Pace {
    private final LongSupplier clock;
    private final Wait wait;

    /** Waits between two steps. */
    @FunctionalInterface
    public interface Wait {
        /**
         * Waits.
         *
         * @param nanos
         *            how long, in nanoseconds; above 0
         *
         * @return whether to hurry from now on
         *
         * @throws InterruptedException
         *             to hurry as well
         */
        boolean await(long nanos) throws InterruptedException;
    }

    /**
     * A pace with a clock of its own.
     *
     * @param clock
     *            the time in nanoseconds, as {@link System#nanoTime()}
     * @param wait
     *            waits by that clock
     */
    public Pace(LongSupplier clock, Wait wait) {
        this.clock = clock;
        this.wait = wait;
    }

    /**
     * {@return a pace by the clock of the machine}
     *
     * @param hurry
     *            counted down to make it hurry
     */
    public static Pace unless(CountDownLatch hurry) {
        return new Pace(System::nanoTime, nanos -> hurry.await(nanos, TimeUnit.NANOSECONDS));
    }

    /**
     * {@return these things in random order, some of them before all others}
     *
     * @param all
     *            the things
     * @param first
     *            which of them come before the others; asked once for each
     * @param <T>
     *            their type
     */
    public static <T> List<T> shuffled(Collection<T> all, Predicate<? super T> first) {
        List<T> before = new ArrayList<>();
        List<T> after = new ArrayList<>();
        all.forEach(one -> (first.test(one) ? before : after).add(one));
        Collections.shuffle(before);
        Collections.shuffle(after);
        before.addAll(after);
        return before;
    }

    /**
     * Does something to each. If interrupted, the thread still is so afterwards.
     *
     * @param all
     *            the things, in order
     * @param spread
     *            the time over which they are spread: the first has its turn at once, the last a step before the end
     * @param action
     *            what is done
     * @param <T>
     *            their type
     */
    public <T> void each(List<T> all, Duration spread, Consumer<T> action) {
        long start = clock.getAsLong();
        boolean hurry = false;
        for (int i = 0; i < all.size(); i++) {
            long early = spread.toNanos() / all.size() * i - (clock.getAsLong() - start);
            hurry = hurry || early > 0 && waited(early);
            action.accept(all.get(i));
        }
    }

    private boolean waited(long nanos) {
        try {
            return wait.await(nanos);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
