package ulens.gateway.engineio;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The deadlines of all sessions: a wheel of {@value #SLOTS} slots of 4 ms each, linked lists in the slots, and one
 * thread that sleeps until the next slot in use. Setting, moving and cancelling a deadline take constant time and no
 * memory. What is due later than one turn of the wheel is passed over until its turn. Nothing fires early.
 */
final class TimerWheel {
    private static final System.Logger LOGGER = System.getLogger(TimerWheel.class.getName());
    private static final int SLOTS = 2048;
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(4);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sooner = lock.newCondition();
    private final Timed[] slots = new Timed[SLOTS];
    private final long start = System.nanoTime();
    private final Thread thread;
    private long lastTick;
    private long wakeUpTick = Long.MAX_VALUE;
    private int size;
    private boolean stopped;

    TimerWheel() {
        thread = Thread.ofPlatform().daemon().name("engineio-timer").start(this::run);
    }

    /** Sets or moves the deadline. Once the wheel has stopped, every deadline has come. */
    void schedule(Timed timed, long due) {
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
        Thread.startVirtualThread(() -> call(timed, System.nanoTime()));
    }

    /** Sets the deadline unless an earlier one is set, which will come first and can look again. */
    void scheduleAtLatest(Timed timed, long due) {
        lock.lock();
        try {
            if (timed.slot < 0 || timed.due - due > 0) {
                schedule(timed, due);
            }
        } finally {
            lock.unlock();
        }
    }

    void cancel(Timed timed) {
        lock.lock();
        try {
            unlink(timed);
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread after calling, at once, everything that still waits. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            sooner.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        ArrayDeque<Timed> due = new ArrayDeque<>();
        boolean more = true;
        while (more) {
            lock.lock();
            try {
                awaitTick();
                more = !stopped;
                collect(due);
            } catch (InterruptedException e) {
                more = false;
            } finally {
                lock.unlock();
            }
            long now = System.nanoTime();
            for (Timed timed = due.poll(); timed != null; timed = due.poll()) {
                call(timed, now);
            }
        }
    }

    private static void call(Timed timed, long now) {
        try {
            timed.due(now);
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][WS] a deadline failed", e);
        }
    }

    private void awaitTick() throws InterruptedException {
        while (!stopped) {
            wakeUpTick = nextTickInUse();
            if (wakeUpTick == Long.MAX_VALUE) {
                sooner.await();
            } else {
                long wait = start + wakeUpTick * TICK - System.nanoTime();
                if (wait <= 0) {
                    return;
                }
                sooner.awaitNanos(wait);
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
            Timed timed = slots[(int) Math.floorMod(tick, SLOTS)];
            while (timed != null) {
                Timed next = timed.next;
                if (stopped || timed.due - now <= 0) {
                    unlink(timed);
                    due.add(timed);
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
