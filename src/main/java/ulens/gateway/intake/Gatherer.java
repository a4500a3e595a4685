package ulens.gateway.intake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Gathers messages into batches: what has come while the last batch was written, topped up for a short while. That
 * while grows with the batch before, because a large batch costs less per message, the database and the sockets alike;
 * while batches are small it is a fiftieth of the longest, for the sake of the lone message. Not more than
 * {@value #MOST_BYTES} bytes go into one, for the sake of the database's time limit. Never holds more than two batches,
 * because it asks for no more.
 *
 * @param <M>
 *            a message
 */
final class Gatherer<M> {
    private static final long MOST_BYTES = 32 * 1024 * 1024;
    private static final long LOOK_MILLIS = 200;
    /** Nanoseconds of waiting for each message of the batch before. */
    private static final long PER_MESSAGE = 100_000;
    private static final int QUIET_SHARE = 50;

    private final int batchSize;
    private final long longest;
    private final ToIntFunction<M> bytes;
    private final BlockingQueue<M> waiting = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;
    private volatile int taken;
    private int last;

    Gatherer(int batchSize, Duration linger, ToIntFunction<M> bytes) {
        this.batchSize = batchSize;
        this.longest = linger.toNanos();
        this.bytes = bytes;
    }

    void subscribed(Flow.Subscription given) {
        subscription = given;
        given.request(batchSize * 2L);
    }

    void add(M message) {
        waiting.add(message);
    }

    /** Waits for the next batch; an empty one is the end. */
    List<M> next() throws InterruptedException {
        List<M> batch = new ArrayList<>();
        while (batch.isEmpty()) {
            if (closed) {
                return List.of();
            }
            M first = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (first == null) {
                last = 0;
            } else {
                batch.add(first);
            }
        }
        if (!fill(batch)) {
            taken = batch.size();
            // asleep, not at the queue: being woken for each message would cost more than what it brings
            TimeUnit.NANOSECONDS.sleep(linger(last, longest));
            fill(batch);
        }
        taken = batch.size();
        last = taken;
        return batch;
    }

    /** Takes what has come. Returns whether the batch is full. */
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

    /** How long a batch waits to fill, by how many messages were in the one before. */
    static long linger(int before, long longest) {
        return Math.clamp(before * PER_MESSAGE, longest / QUIET_SHARE, longest);
    }

    /** {@return whether no message has come since the batch was taken} */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Forgets what waits here. Returns how much that was. */
    int drop() {
        List<M> dropped = new ArrayList<>();
        return waiting.drainTo(dropped);
    }

    /** {@return messages here or in the batch that was taken last} */
    int unsettled() {
        return waiting.size() + taken;
    }

    void done(int messages) {
        taken = 0;
        if (!closed && messages > 0) {
            subscription.request(messages);
        }
    }

    void close() {
        closed = true;
    }
}
