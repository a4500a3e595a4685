package ulens.gateway.outbox;

import ulens.gateway.config.OutboxConfig;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.util.ArrayList;
import java.util.Collection;
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
 * Carries events from the table to the broker, one look at a time. What was handed over and has no outcome yet stays
 * claimed and is not published again: a broker short of memory or disk confirms nothing, but has the events in its
 * socket. Only a lost connection, which is an outcome, makes them free.
 */
final class OutboxRelay {
    private final OutboxTable table;
    private final EventPublisher publisher;
    private final BooleanSupplier takesEvents;
    private final OutboxConfig settings;
    private final Task looking;
    private final Task confirming;
    private final Semaphore wake = new Semaphore(0);
    /** Handed over, outcome not written down yet. Used by the thread that looks only; never more than a batch. */
    private final Map<OutboxEvent, CompletableFuture<Void>> underWay = new LinkedHashMap<>();
    private final LongAdder published = new LongAdder();
    private volatile boolean finishing;

    /**
     * Publishes when told to look.
     *
     * @param looking
     *            the task that looks
     * @param confirming
     *            the task that fails where the broker does not confirm
     */
    OutboxRelay(OutboxTable table, EventPublisher publisher, BooleanSupplier takesEvents, OutboxConfig settings,
            Task looking, Task confirming) {
        this.table = table;
        this.publisher = publisher;
        this.takesEvents = takesEvents;
        this.settings = settings;
        this.looking = looking;
        this.confirming = confirming;
    }

    void wake() {
        wake.release();
    }

    /** The look that begins next is the last one. */
    void finish() {
        finishing = true;
        wake.release();
    }

    long published() {
        return published.sum();
    }

    /** Returns whether it has to look once more, because this look was not the last one. */
    boolean look() throws InterruptedException {
        wake.tryAcquire(Math.min(settings.pollInterval().toMillis(), Loop.BEAT.toMillis()), TimeUnit.MILLISECONDS);
        wake.drainPermits();
        boolean last = finishing;
        settle();
        boolean more = true;
        while (more && takesEvents.getAsBoolean()) {
            looking.moved();
            more = publish(table.claim(settings.batchSize() - underWay.size(), settings.claim()));
        }
        return !last;
    }

    /** Returns whether there may be more. */
    private boolean publish(List<OutboxEvent> events) throws InterruptedException {
        long deadline = System.nanoTime() + share();
        for (OutboxEvent event : events) {
            if (deadline - System.nanoTime() > 0) {
                underWay.computeIfAbsent(event, each -> publisher.publish(each).toCompletableFuture());
            }
        }
        List<Long> unsent = events.stream().filter(event -> !underWay.containsKey(event)).map(OutboxEvent::id).toList();
        if (!unsent.isEmpty()) {
            table.release(unsent);
        }
        return settle() && events.size() == settings.batchSize();
    }

    /** Waits a while for the broker and writes down what it said. Returns whether all were confirmed. */
    private boolean settle() throws InterruptedException {
        long deadline = System.nanoTime() + share();
        List<OutboxEvent> confirmed = new ArrayList<>();
        List<OutboxEvent> failed = new ArrayList<>();
        String reason = null;
        for (Map.Entry<OutboxEvent, CompletableFuture<Void>> one : underWay.entrySet()) {
            try {
                one.getValue().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                confirmed.add(one.getKey());
            } catch (ExecutionException _) {
                failed.add(one.getKey());
                reason = one.getValue().exceptionNow().getMessage();
            } catch (TimeoutException _) {
                // still open; it is checked again next time
            }
        }
        if (!confirmed.isEmpty()) {
            table.delete(ids(confirmed));
            underWay.keySet().removeAll(confirmed);
            published.add(confirmed.size());
            confirming.succeeded();
        }
        if (!failed.isEmpty()) {
            confirming.failed(failed.size() + " events were not confirmed and will be repeated: " + reason);
            underWay.keySet().removeAll(failed);
            table.release(ids(failed));
        }
        if (!underWay.isEmpty()) {
            table.renew(ids(underWay.keySet()), settings.claim());
        }
        return failed.isEmpty() && underWay.isEmpty();
    }

    /** Nanoseconds for one wait: a claim is renewed well before it ends. */
    private long share() {
        return settings.claim().toNanos() / 4;
    }

    private static List<Long> ids(Collection<OutboxEvent> events) {
        return events.stream().map(OutboxEvent::id).toList();
    }
}
