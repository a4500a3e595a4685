package ulens.gateway.rabbitmq.incoming;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Hands items on to one subscriber as it requests them, one signal at a time: on the thread that offers, which must
 * have nothing else to do, or on a virtual thread of its own after a request. A thread that requests never runs the
 * subscriber's code. The caller that offers items must bound their number.
 *
 * @param <T>
 *            type of the items
 */
final class BufferedSubscription<T> implements Subscription {

    private static final Logger LOGGER = System.getLogger(BufferedSubscription.class.getName());

    private static final Task TASK = Task.of(LOGGER, "[GATEWAY][RMQ]", "hand-over");

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<T> waiting = new ArrayDeque<>();
    /** Null after its last signal or its cancellation, so that a large subscriber is not kept in memory. */
    private @Nullable Subscriber<? super T> subscriber;
    private final Predicate<? super T> valid;
    private final Runnable onEnd;
    private long demand;
    private boolean draining;
    private boolean ended;
    private boolean closed;
    private @Nullable Consumer<Subscriber<? super T>> farewell;

    /**
     * Creates a subscription.
     *
     * @param subscriber
     *            gets the items
     * @param valid
     *            items that are no longer valid when their turn comes are dropped
     * @param onEnd
     *            called once, on a thread of its own, when the subscriber ends it: it has cancelled, failed, or made an
     *            invalid request
     */
    BufferedSubscription(Subscriber<? super T> subscriber, Predicate<? super T> valid, Runnable onEnd) {
        this.subscriber = subscriber;
        this.valid = valid;
        this.onEnd = onEnd;
    }

    /** Adds an item; false if it is closed. After the end items are kept for {@link #close()}. */
    boolean offer(T item) {
        boolean due;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            waiting.add(item);
            due = beginIfDue();
        } finally {
            lock.unlock();
        }
        if (due) {
            drain();
        }
        return true;
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            if (end(to -> to.onError(new IllegalArgumentException("request of " + n + " items, rule 3.9")))) {
                Errand.run(TASK, onEnd);
            }
            return;
        }
        lock.lock();
        try {
            demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            drainIfDue();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        if (end(null)) {
            Errand.run(TASK, onEnd);
        }
    }

    /** Completes the subscriber. No item is handed on after the return of this method. */
    void complete() {
        end(Subscriber::onComplete);
    }

    /** Refuses items from now on and returns those that were not handed on. */
    List<T> close() {
        lock.lock();
        try {
            closed = true;
            List<T> left = new ArrayList<>(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Drops items that are no longer valid. */
    void purge() {
        lock.lock();
        try {
            waiting.removeIf(valid.negate());
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean end(@Nullable Consumer<Subscriber<? super T>> lastSignal) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            ended = true;
            farewell = lastSignal;
            if (farewell == null && !draining) {
                subscriber = null;
            }
            drainIfDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void drainIfDue() {
        if (beginIfDue()) {
            Errand.run("rmq-hand-over", this::drain, this::stopped);
        }
    }

    /** The thread could not be started for want of memory: the next item or request starts another one. */
    private void stopped(Throwable failure) {
        lock.lock();
        try {
            draining = false;
        } finally {
            lock.unlock();
        }
        TASK.failed(failure);
    }

    private boolean beginIfDue() {
        boolean due = !draining && (farewell != null || !ended && demand > 0 && !waiting.isEmpty());
        draining |= due;
        return due;
    }

    private void drain() {
        for (Runnable signal = next(); signal != null; signal = next()) {
            try {
                signal.run();
            } catch (RuntimeException | Error e) {
                // Rule 2.13: a subscriber that throws has cancelled.
                LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] A subscriber failed, nothing more is handed to it", e);
                cancel();
            }
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Subscriber<? super T> to = subscriber;
            if (ended) {
                Consumer<Subscriber<? super T>> last = farewell;
                farewell = null;
                subscriber = null;
                draining = last != null;
                return last == null ? null : () -> last.accept(to);
            }
            T item = demand == 0 ? null : nextValid();
            if (item == null) {
                draining = false;
                return null;
            }
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            Subscriber<? super T> present = Objects.requireNonNull(to, "there is a subscriber until the end");
            return () -> present.onNext(item);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable T nextValid() {
        T item = waiting.poll();
        while (item != null && !valid.test(item)) {
            item = waiting.poll();
        }
        return item;
    }
}
