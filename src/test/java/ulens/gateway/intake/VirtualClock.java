package ulens.gateway.intake;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;

/** A time that passes without waiting. */
final class VirtualClock implements IntakeClock {
    private long now;
    private long waited;
    private LongConsumer meanwhile = _ -> {
    };

    /** What happens during each wait; it is told how long that is. */
    void meanwhile(LongConsumer action) {
        meanwhile = action;
    }

    void pass(long nanos) {
        now += nanos;
    }

    /** {@return how long somebody has waited here for other things than a first message} */
    long waited() {
        return waited;
    }

    private void waitFor(long nanos) {
        now += nanos;
        waited += nanos;
        meanwhile.accept(nanos);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void sleep(long nanos) {
        waitFor(nanos);
    }

    @Override
    public boolean await(CountDownLatch end, long nanos) {
        if (end.getCount() > 0) {
            waitFor(nanos);
        }
        return end.getCount() == 0;
    }

    @Override
    public <T> T poll(BlockingQueue<T> queue, long nanos) {
        T found = queue.poll();
        now += found == null ? nanos : 0;
        return found;
    }
}
