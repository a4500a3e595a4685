package ulens.gateway.intake;

import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The pauses of intake while the database or the broker is away: longer each time, and only for as long as messages may
 * be held. Logs once that the wait has begun and once that it is over.
 */
final class IntakeBackoff {
    private static final System.Logger LOGGER = System.getLogger(IntakeBackoff.class.getName());
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final CountDownLatch end = new CountDownLatch(1);
    private final long hold;
    private final Task loop;
    private final IntakeClock clock;
    private final Task task = Task.of(LOGGER, "[GATEWAY][DB]", "store-messages");
    private final Backoff backoff = new Backoff(FIRST, LONGEST);
    private volatile boolean waiting;
    private volatile long since;

    /**
     * @param hold
     *            how long messages may be held
     * @param loop
     *            the loop that waits here, which must not count as stuck
     * @param clock
     *            what it waits by
     */
    IntakeBackoff(Duration hold, Task loop, IntakeClock clock) {
        this.hold = hold.toNanos();
        this.loop = loop;
        this.clock = clock;
    }

    boolean waiting() {
        return waiting;
    }

    /** Pauses. Returns false if the gateway stops. */
    boolean pause(String reason) throws InterruptedException {
        if (!waiting) {
            since = clock.now();
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][DB] intake is waiting ({0}); messages stay with the broker", reason);
        }
        task.noted(reason);
        loop.moved();
        waiting = true;
        return !clock.await(end, backoff.next().toNanos());
    }

    /** Pauses with messages in hand. Empty if there should be another attempt. */
    Optional<Unsettled> pauseHolding(String reason) throws InterruptedException {
        if (!pause(reason)) {
            return Optional.of(Unsettled.STOPPED);
        }
        return clock.now() - since > hold ? Optional.of(Unsettled.GIVE_BACK) : Optional.empty();
    }

    /** An attempt has succeeded. */
    void reset() {
        if (waiting) {
            waiting = false;
            backoff.reset();
            task.succeeded();
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][DB] intake goes on");
        }
    }

    /** The gateway stops: ends all pauses. */
    void end() {
        end.countDown();
        task.close();
    }
}
