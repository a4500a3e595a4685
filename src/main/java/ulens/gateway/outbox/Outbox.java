package ulens.gateway.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * Publishes what table {@code outbox} holds, in order, and removes a row once the broker has confirmed it. A crash in
 * between publishes again, with the same message id. Looks when it is woken, and every now and then.
 */
public final class Outbox implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Outbox.class.getName());

    private final OutboxTable table;
    private final EventPublisher publisher;
    private final BooleanSupplier brokerUp;
    private final int batchSize;
    private final Duration pollInterval;
    private final Duration claim;
    private final Semaphore wake = new Semaphore(0);
    private final LongAdder published = new LongAdder();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * An outbox that begins to publish at once.
     *
     * @param table
     *            the rows
     * @param publisher
     *            where they go
     * @param brokerUp
     *            whether it is worth trying
     * @param batchSize
     *            most rows at once
     * @param pollInterval
     *            longest time between two looks
     * @param claim
     *            how long a claim holds; the broker has half of it to confirm
     */
    public Outbox(OutboxTable table, EventPublisher publisher, BooleanSupplier brokerUp, int batchSize,
            Duration pollInterval, Duration claim) {
        this.table = table;
        this.publisher = publisher;
        this.brokerUp = brokerUp;
        this.batchSize = batchSize;
        this.pollInterval = pollInterval;
        this.claim = claim;
        this.thread = Thread.ofVirtual().name("outbox").start(this::run);
    }

    /** There is something new. */
    public void wake() {
        wake.release();
    }

    /** {@return events confirmed since the start} */
    public long published() {
        return published.sum();
    }

    private void run() {
        try {
            while (!closed) {
                wake.tryAcquire(pollInterval.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
                publishAll();
            }
            publishAll();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void publishAll() throws InterruptedException {
        try {
            boolean more = true;
            while (more && brokerUp.getAsBoolean()) {
                List<Event> events = table.claim(batchSize, claim);
                more = publish(events) && events.size() == batchSize;
            }
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] outbox is waiting for the database", failure);
        }
    }

    /** Returns whether all were confirmed. */
    private boolean publish(List<Event> events) throws InterruptedException {
        Map<Event, CompletableFuture<Void>> sent = new LinkedHashMap<>();
        long deadline = System.nanoTime() + claim.toNanos() / 2;
        for (Event event : events) {
            if (deadline - System.nanoTime() > 0) {
                sent.put(event, publisher.publish(event).toCompletableFuture());
            }
        }
        List<Long> confirmed = new ArrayList<>();
        List<Long> failed = new ArrayList<>();
        for (Event event : events) {
            boolean done = sent.containsKey(event) && confirmed(sent.get(event), deadline);
            (done ? confirmed : failed).add(event.id());
        }
        if (!confirmed.isEmpty()) {
            table.delete(confirmed);
            published.add(confirmed.size());
        }
        if (!failed.isEmpty()) {
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} events were not confirmed and will be repeated",
                    failed.size());
            table.release(failed);
        }
        return failed.isEmpty();
    }

    private static boolean confirmed(CompletableFuture<Void> outcome, long deadline) throws InterruptedException {
        try {
            outcome.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        }
    }

    /**
     * Publishes what is there, then ends. What is not confirmed by then is published after the next start.
     *
     * @param limit
     *            how long it may take
     */
    public void close(Duration limit) {
        closed = true;
        wake.release();
        try {
            if (!thread.join(limit)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(claim);
    }
}
