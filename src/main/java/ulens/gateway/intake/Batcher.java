package ulens.gateway.intake;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.ToIntFunction;

/**
 * Gathers messages into batches: those that came while the last batch was written, and those that come in a short wait
 * after that. The wait grows with the size of the last batch, because a large batch costs the database and the sockets
 * less per message; while batches are small it is a fiftieth of the longest wait, so that a lone message is not
 * delayed. A batch has at most {@value #MOST_BYTES} bytes, so that its transaction ends within the database's time
 * limit. Never holds more than two batches, because no more are requested.
 *
 * @param <M>
 *            a message
 */
final class Batcher<M> {
    private static final long MOST_BYTES = 32 * 1024 * 1024;
    private static final long LOOK = 200_000_000;
    /** Nanoseconds of waiting for each message of the batch before. */
    private static final long PER_MESSAGE = 100_000;
    private static final int QUIET_SHARE = 50;

    private final int batchSize;
    private final long longest;
    private final ToIntFunction<M> bytes;
    private final IntakeClock clock;
    private final BlockingQueue<M> waiting = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private volatile boolean incomplete;
    private volatile int taken;
    private int last;

    /**
     * @param batchSize
     *            most messages of a batch
     * @param linger
     *            the longest wait for a batch to fill
     * @param bytes
     *            the size of a message
     * @param clock
     *            what it waits by
     */
    Batcher(int batchSize, Duration linger, ToIntFunction<M> bytes, IntakeClock clock) {
        this.batchSize = batchSize;
        this.longest = linger.toNanos();
        this.bytes = bytes;
        this.clock = clock;
    }

    void subscribed(Flow.Subscription given) {
        subscription = given;
        given.request(batchSize * 2L);
    }

    void add(M message) {
        waiting.add(message);
    }

    /** A message could not be added. An ack for a later message would cover it as well. */
    void lost() {
        incomplete = true;
    }

    /** {@return whether a message is missing between those that were added} */
    boolean isIncomplete() {
        return incomplete;
    }

    /** Waits a moment for the next batch; empty if no message has come, or if the gateway stops. */
    List<M> next() throws InterruptedException {
        M first = closed ? null : clock.poll(waiting, LOOK);
        if (first == null) {
            last = 0;
            return List.of();
        }
        List<M> batch = new ArrayList<>();
        batch.add(first);
        if (!fill(batch)) {
            taken = batch.size();
            // a sleep instead of a wait at the queue: waking up for each message would cost more than it gains
            clock.sleep(linger(last, longest));
            fill(batch);
        }
        taken = batch.size();
        last = taken;
        return batch;
    }

    /** Moves waiting messages into the batch. Returns whether it is full. */
    private boolean fill(List<M> batch) {
        long size = batch.stream().mapToLong(bytes::applyAsInt).sum();
        while (batch.size() < batchSize && size < MOST_BYTES) {
            M next = waiting.poll();
            if (next == null) {
                return false;
            }
            batch.add(next);
            size += bytes.applyAsInt(next);
        }
        return true;
    }

    /** {@return nanoseconds that a batch waits to fill, by the number of messages in the last one} */
    static long linger(int before, long longest) {
        return Math.clamp(before * PER_MESSAGE, longest / QUIET_SHARE, longest);
    }

    /** {@return whether no message has come since the batch was taken} */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Drops all waiting messages, and forgets missing ones. Returns the number of messages that waited. */
    int drop() {
        incomplete = false;
        List<M> dropped = new ArrayList<>();
        return waiting.drainTo(dropped);
    }

    /** {@return messages here or in the batch that was taken last} */
    int unsettled() {
        return waiting.size() + taken;
    }

    void done(int messages) {
        taken = 0;
        Flow.Subscription from = subscription;
        if (!closed && messages > 0 && from != null) {
            from.request(messages);
        }
    }

    void close() {
        closed = true;
    }
}
