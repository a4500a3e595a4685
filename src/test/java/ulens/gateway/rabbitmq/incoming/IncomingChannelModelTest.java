package ulens.gateway.rabbitmq.incoming;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A consumer, the real one, against a plain model of queue and channels, under random interleavings of deliveries (late
 * ones too), requests, acks of new and of old messages, losses, pauses, cancels, subscribers that cancel or throw, and
 * of each of these while a consumer is beginning.
 * <p>
 * The subscriber gets nothing while paused and after a cancel, and nothing that is not live; what is not settled is in
 * the queue, or out of it and accounted for; no tag is settled twice or on another channel than its own; the lock is
 * not held while the broker is spoken to; and in the end every message is acked, or is in the queue.
 * <p>
 * {@code -Dmodel.schedules=N} runs N of them, {@code -Dmodel.seed=N} only that of one seed, which a failure names.
 */
class IncomingChannelModelTest {
    private static final int SCHEDULES = Integer.getInteger("model.schedules", 20_000);
    private static final int STEPS = 40;

    private final Ends ends = new Ends();

    @Test
    void nothingIsLostDoubledOrHandedOnTooLateWhateverHappensMeanwhile() throws Exception {
        Long one = Long.getLong("model.seed");
        try (ends) {
            int acked = 0;
            int losses = 0;
            int cancels = 0;
            for (long seed = one == null ? 0 : one; seed < (one == null ? SCHEDULES : one + 1); seed++) {
                ModelConsumer model = new ModelConsumer(new SplittableRandom(seed), ends.count::get);
                try {
                    for (int step = 0; step < STEPS; step++) {
                        model.step();
                    }
                    model.end();
                } catch (AssertionError | RuntimeException failure) {
                    throw new AssertionError("seed " + seed + ": " + failure + " after " + model.steps(), failure);
                }
                acked += model.acked();
                losses += model.losses();
                cancels += model.cancelled() ? 1 : 0;
            }
            if (one == null) {
                assertThat(List.of(acked, losses, cancels)).as("messages acked, channels lost, consumers cancelled")
                        .allMatch(count -> count > SCHEDULES / 10);
            }
        }
    }

    /**
     * Counts the lines with which a cancel ends, and keeps the logs quiet: nearly all schedules have something to say.
     */
    private static final class Ends extends Handler implements AutoCloseable {
        private final AtomicLong count = new AtomicLong();
        private final Logger channels = Logger.getLogger(IncomingChannel.class.getName());
        private final Logger subscriptions = Logger.getLogger(BufferedSubscription.class.getName());

        Ends() {
            channels.addHandler(this);
            channels.setLevel(Level.INFO);
            channels.setUseParentHandlers(false);
            subscriptions.setLevel(Level.OFF);
        }

        @Override
        public void publish(LogRecord line) {
            // only its own: other tests run beside this one
            if (line.getMessage().endsWith("No longer consuming from queue " + ModelConsumer.QUEUE)) {
                count.incrementAndGet();
            }
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            channels.removeHandler(this);
            channels.setLevel(null);
            channels.setUseParentHandlers(true);
            subscriptions.setLevel(null);
        }
    }
}
