package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Deadlines of many: a wheel of {@value #SLOTS} slots of 4 ms each, linked lists in the slots, and one thread that
 * sleeps until the next slot in use. Setting, moving and cancelling a deadline take constant time and no memory. What
 * is due later than one turn of the wheel is passed over until its turn. Nothing fires early. A deadline that fails
 * comes again a second later: whoever waits for it must not be forgotten.
 * <p>
 * Unlike {@link Timer} it is made for deadlines that move all the time: those of sessions move with every packet.
 */
public final class TimerWheel {
    private static final int SLOTS = 2048;
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sooner = lock.newCondition();
    private final @Nullable Timed[] slots = new Timed[SLOTS];
    private final long start = System.nanoTime();
    private final ArrayDeque<Timed> due = new ArrayDeque<>();
    private final Task task;
    private final Loop loop;
    private long lastTick;
    private long wakeUpTick = Long.MAX_VALUE;
    private int size;
    private volatile boolean stopped;

    private TimerWheel(Task task) {
        this.task = task;
        this.loop = Loop.platform(task, this::turn);
    }

    /**
     * A wheel that turns until {@link #stop()}.
     *
     * @param task
     *            its name, for its thread, its failures and health
     *
     * @return the wheel
     */
    public static TimerWheel start(Task task) {
        TimerWheel wheel = new TimerWheel(task);
        wheel.loop.start();
        return wheel;
    }

    /**
     * Sets or moves the deadline. Once the wheel has stopped, every deadline has come.
     *
     * @param timed
     *            what is to be called
     * @param due
     *            when, by the clock of System.nanoTime
     */
    public void schedule(Timed timed, long due) {
        lock.lock();
        try {
            unlink(timed);
            if (!stopped) {
                timed.due = due;
                link(timed);
                return;
            }
        } finally {
            lock.unlock();
        }
        Errand.run(task, () -> timed.due(System.nanoTime()));
    }

    /**
     * Sets the deadline unless an earlier one is set, which will come first and can look again.
     *
     * @param timed
     *            what is to be called
     * @param due
     *            when, by the clock of System.nanoTime
     */
    public void scheduleAtLatest(Timed timed, long due) {
        lock.lock();
        try {
            if (timed.slot < 0 || timed.due - due > 0) {
                schedule(timed, due);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a deadline back. It may be on its way already.
     *
     * @param timed
     *            what was to be called
     */
    public void cancel(Timed timed) {
        lock.lock();
        try {
            unlink(timed);
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread after calling, at once, everything that still waits. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            sooner.signal();
        } finally {
            lock.unlock();
        }
        loop.end();
    }

    /** Returns whether another turn must come, because this one has not seen the end. */
    private boolean turn() throws InterruptedException {
        boolean last;
        lock.lock();
        try {
            awaitTick();
            last = stopped;
            collect(due);
        } finally {
            lock.unlock();
        }
        long now = System.nanoTime();
        for (Timed timed = due.poll(); timed != null; timed = due.poll()) {
            call(timed, now);
        }
        return !last;
    }

    private void call(Timed timed, long now) {
        try {
            timed.due(now);
        } catch (Throwable failure) {
            task.failed(failure);
            if (!stopped) {
                scheduleAtLatest(timed, now + AGAIN);
            }
        }
    }

    /** Waits for the next tick in use, or for one beat of the loop. */
    private void awaitTick() throws InterruptedException {
        long beat = Loop.BEAT.toNanos();
        while (!stopped && beat > 0) {
            wakeUpTick = nextTickInUse();
            if (wakeUpTick == Long.MAX_VALUE) {
                beat = sooner.awaitNanos(beat);
            } else {
                long wait = start + wakeUpTick * TICK - System.nanoTime();
                if (wait <= 0) {
                    return;
                }
                long waited = Math.min(wait, beat);
                beat -= waited - sooner.awaitNanos(waited);
            }
        }
    }

    private long nextTickInUse() {
        if (size > 0) {
            for (long tick = lastTick + 1; tick <= lastTick + SLOTS; tick++) {
                if (slots[(int) (tick % SLOTS)] != null) {
                    return tick;
                }
            }
        }
        return Long.MAX_VALUE;
    }

    private void collect(ArrayDeque<Timed> due) {
        long now = System.nanoTime();
        long nowTick = (now - start) / TICK;
        long first = stopped ? nowTick - SLOTS + 1 : Math.max(lastTick + 1, nowTick - SLOTS + 1);
        for (long tick = first; tick <= nowTick; tick++) {
            Timed timed = slots[Math.floorMod(tick, SLOTS)];
            while (timed != null) {
                Timed next = timed.next;
                if (stopped || timed.due - now <= 0) {
                    due.add(timed);
                    unlink(timed);
                }
                timed = next;
            }
        }
        lastTick = nowTick;
    }

    private void link(Timed timed) {
        long tick = Math.max(lastTick + 1, (timed.due - start + TICK - 1) / TICK);
        int slot = (int) (tick % SLOTS);
        timed.slot = slot;
        timed.next = slots[slot];
        if (timed.next != null) {
            timed.next.previous = timed;
        }
        slots[slot] = timed;
        size++;
        if (tick < wakeUpTick) {
            sooner.signal();
        }
    }

    private void unlink(Timed timed) {
        if (timed.slot < 0) {
            return;
        }
        if (timed.previous == null) {
            slots[timed.slot] = timed.next;
        } else {
            timed.previous.next = timed.next;
        }
        if (timed.next != null) {
            timed.next.previous = timed.previous;
        }
        timed.previous = null;
        timed.next = null;
        timed.slot = -1;
        size--;
    }
}
