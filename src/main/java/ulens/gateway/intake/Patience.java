package ulens.gateway.intake;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits between two attempts, longer each time, and says once that it began and once that it is over. Knows for how
 * long it has lasted.
 */
final class Patience {
    private static final System.Logger LOGGER = System.getLogger(Patience.class.getName());
    private static final long FIRST_MILLIS = 100;
    private static final long LONGEST_MILLIS = 2_000;

    private final CountDownLatch end = new CountDownLatch(1);
    private final long hold;
    private final BooleanSupplier exhausted;
    private volatile long pause;
    private volatile long since;

    /**
     * @param hold
     *            nanoseconds after which messages are not held any longer
     * @param exhausted
     *            is called then, and says whether they were given back
     */
    Patience(long hold, BooleanSupplier exhausted) {
        this.hold = hold;
        this.exhausted = exhausted;
    }

    boolean waiting() {
        return pause > 0;
    }

    /** Waits a while. Returns false if there is nothing more to wait for because the gateway stops. */
    boolean pause(String reason) throws InterruptedException {
        if (pause == 0) {
            since = System.nanoTime();
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][DB] intake is waiting ({0}); messages stay with the broker", reason);
        }
        pause = pause == 0 ? FIRST_MILLIS : Math.min(pause * 2, LONGEST_MILLIS);
        return !end.await(pause, TimeUnit.MILLISECONDS);
    }

    /** Waits a while. Returns false if there is to be no other attempt: at the stop, or after too long. */
    boolean again(String reason) throws InterruptedException {
        return pause(reason) && (waited() <= hold || !exhausted.getAsBoolean());
    }

    void restore() {
        if (pause > 0) {
            pause = 0;
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][DB] intake goes on");
        }
    }

    private long waited() {
        return pause == 0 ? 0 : System.nanoTime() - since;
    }

    void end() {
        end.countDown();
    }
}
