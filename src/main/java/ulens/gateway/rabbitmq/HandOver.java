package ulens.gateway.rabbitmq;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Hands items on to one subscriber as fast as it asks for them, one signal at a time: on the thread that offers, which
 * is to have nothing else to do, or on a virtual thread of its own if it was a request that set it going. A thread that
 * requests never runs the subscriber's code. Bounded by whoever offers.
 *
 * @param <T>
 *            what is handed on
 */
final class HandOver<T> implements Subscription {

    private static final Logger LOGGER = System.getLogger(HandOver.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<T> waiting = new ArrayDeque<>();
    private final Subscriber<? super T> subscriber;
    private final Predicate<? super T> valid;
    private final Runnable onEnd;
    private long demand;
    private boolean draining;
    private boolean ended;
    private boolean closed;
    private Runnable farewell;

    /**
     * A hand-over.
     *
     * @param subscriber
     *            gets the items
     * @param valid
     *            items that are no longer valid when their turn comes are dropped
     * @param onEnd
     *            called once, on a thread of its own, when the subscriber ends it: cancelled, failed, asked for
     *            nonsense
     */
    HandOver(Subscriber<? super T> subscriber, Predicate<? super T> valid, Runnable onEnd) {
        this.subscriber = subscriber;
        this.valid = valid;
        this.onEnd = onEnd;
    }

    /** Takes an item; false if it is closed. After the end items are kept for {@link #close()}. */
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
            if (end(() -> subscriber.onError(new IllegalArgumentException("request of " + n + " items, rule 3.9")))) {
                Thread.startVirtualThread(onEnd);
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
            Thread.startVirtualThread(onEnd);
        }
    }

    /** No item is handed on after the return of this method; the subscriber is told that it is complete. */
    void complete() {
        end(subscriber::onComplete);
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

    /** Forgets what is no longer valid. */
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

    private boolean end(Runnable lastSignal) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            ended = true;
            farewell = lastSignal;
            drainIfDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void drainIfDue() {
        if (beginIfDue()) {
            Thread.ofVirtual().name("rmq-hand-over").start(this::drain);
        }
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

    private Runnable next() {
        lock.lock();
        try {
            if (farewell != null) {
                Runnable last = farewell;
                farewell = null;
                return last;
            }
            T item = ended || demand == 0 ? null : nextValid();
            if (item == null) {
                draining = false;
                return null;
            }
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            return () -> subscriber.onNext(item);
        } finally {
            lock.unlock();
        }
    }

    private T nextValid() {
        T item = waiting.poll();
        while (item != null && !valid.test(item)) {
            item = waiting.poll();
        }
        return item;
    }
}
