package ulens.gateway.intake;

import ulens.gateway.rabbitmq.outgoing.PublishFailedException;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Publishes dead letters and retries on a thread of its own, so that valid messages are stored even while the broker
 * accepts none of them. A message stays unacknowledged until its republication is confirmed; the bound on their number
 * is therefore well below the prefetch. While the broker refuses, one is tried at a time, with a growing pause, and
 * messages that have waited for too long are given back, before the broker's time limit for acknowledgements. A
 * republication that was handed over is neither given back nor published again until its outcome is known.
 */
final class Republisher {
    private static final System.Logger LOGGER = System.getLogger(Republisher.class.getName());
    private static final String PREFIX = "[GATEWAY][RMQ]";
    private static final long LOOK_MILLIS = 100;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final long CONFIRM_SECONDS = 5;
    /** Most bytes of waiting bodies, except for a single larger body. */
    private static final long MOST_BYTES = 32 * 1024 * 1024;

    private final IntakeBroker broker;
    private final int most;
    private final long hold;
    private final Task task = Task.of(LOGGER, PREFIX, "letters");
    private final Task publishing = Task.of(LOGGER, PREFIX, "dead-letters");
    private final LinkedBlockingDeque<Republication> due = new LinkedBlockingDeque<>();
    private final Set<Republication> all = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final AtomicLong declaredAt = new AtomicLong(System.nanoTime() - TimeUnit.MINUTES.toNanos(1));
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private long bytes;
    private volatile boolean refused;
    private volatile boolean closing;

    /**
     * @param broker
     *            publishes on a channel of its own, since the broker closes the channel if a destination is gone
     * @param most
     *            most republications that may wait
     * @param hold
     *            how long a republication may wait
     */
    Republisher(IntakeBroker broker, int most, Duration hold) {
        this.broker = broker;
        this.most = most;
        this.hold = hold.toNanos();
    }

    /** {@return the task of the loop that runs {@link #step}} */
    Task task() {
        return task;
    }

    /** Adds a republication without waiting. Returns false if there is no room for it. */
    boolean add(Republication one) {
        lock.lock();
        try {
            if (!all.isEmpty() && (all.size() >= most || bytes + one.bytes() > MOST_BYTES)) {
                return false;
            }
            all.add(one);
            bytes += one.bytes();
        } finally {
            lock.unlock();
        }
        due.add(one);
        return true;
    }

    /** Waits until there may be room, or the broker refuses. Returns whether there is progress. */
    boolean awaitRoom() throws InterruptedException {
        lock.lock();
        try {
            // as long as some are left, a signal will come
            return !refused && (all.isEmpty() || fewer.await(CONFIRM_SECONDS, TimeUnit.SECONDS)) && !refused;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the number of republications that wait for the broker} */
    int waiting() {
        return all.size();
    }

    /** Publishes the next republication. Returns whether there is something to wait for at the stop. */
    boolean step() throws InterruptedException {
        if (refused) {
            giveBackOldest();
            pause();
        }
        if (refused && closing) {
            return false;
        }
        Republication one = due.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (one != null && one.live()) {
            send(one);
        } else if (one != null) {
            forget(one);
        }
        // at the stop, confirms that are on their way are awaited; refused messages are redelivered after the next
        // start
        return !refused && !all.isEmpty();
    }

    private void pause() throws InterruptedException {
        for (long left = backoff.next().toMillis(); left > 0 && !closing; left -= FIRST_PAUSE.toMillis()) {
            task.moved();
            Thread.sleep(FIRST_PAUSE);
        }
    }

    private void send(Republication one) throws InterruptedException {
        boolean alone = refused;
        CompletableFuture<Void> outcome = broker.publish(one.publication()).toCompletableFuture();
        CompletableFuture<Void> handled = outcome.handle((_, failure) -> {
            if (failure == null) {
                confirmed(one);
            } else {
                failed(one, failure);
            }
            return null;
        });
        if (alone) {
            task.moved();
            try {
                handled.get(CONFIRM_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException _) {
                // still open; the outcome is handled when it comes
            }
        }
    }

    private void confirmed(Republication one) {
        one.confirmed();
        forget(one);
        refused = false;
        backoff.reset();
        publishing.succeeded();
    }

    private void failed(Republication one, Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
        Reason reason = cause instanceof PublishFailedException known ? known.reason() : Reason.NOT_SENT;
        if (reason == Reason.UNFIT && one.cutMore()) {
            due.addFirst(one);
            return;
        }
        due.add(one);
        lock.lock();
        try {
            refused = true;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
        publishing.failed(all.size() + " wait beside intake, unacknowledged: " + cause.getMessage());
        if (reason == Reason.UNROUTABLE) {
            declareAgain();
        }
    }

    /** Declares once for several failures, which may come together. */
    private void declareAgain() {
        long now = System.nanoTime();
        long before = declaredAt.get();
        if (now - before > TimeUnit.SECONDS.toNanos(1) && declaredAt.compareAndSet(before, now)) {
            broker.declareAgain();
        }
    }

    private void giveBackOldest() {
        due.removeIf(one -> {
            boolean over = one.age() > hold || !one.live();
            if (over) {
                one.giveBack();
                forget(one);
            }
            return over;
        });
    }

    private void forget(Republication one) {
        lock.lock();
        try {
            if (all.remove(one)) {
                bytes -= one.bytes();
            }
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the loop after the confirms that are on their way; the broker keeps the messages of all others. */
    void end() {
        closing = true;
    }

    /** After the last step. */
    void close() {
        publishing.close();
    }
}
