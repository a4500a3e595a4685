package ulens.gateway.work;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Deadlines of many: a wheel of slots of 4 ms each ({@link DeadlineSlots}), and one thread that sleeps until the next
 * slot in use. Setting, moving and cancelling a deadline take constant time and no memory. Nothing fires early. A
 * deadline that fails comes again a second later: whoever waits for it must not be forgotten.
 * <p>
 * Unlike {@link Timer} it is made for deadlines that move all the time: those of sessions move with every packet.
 */
public final class TimerWheel {
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sooner = lock.newCondition();
    private final DeadlineSlots slots = new DeadlineSlots(System.nanoTime());
    private final ArrayDeque<Timed> due = new ArrayDeque<>();
    private final Task task;
    private final Loop loop;
    private long wakeUpTick = DeadlineSlots.NEVER;
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
            slots.remove(timed);
            if (!stopped) {
                if (slots.set(timed, due) < wakeUpTick) {
                    sooner.signal();
                }
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
            if (!slots.isSet(timed) || timed.due - due > 0) {
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
            slots.remove(timed);
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
            if (last) {
                slots.takeAll(due);
            } else {
                slots.takeDue(System.nanoTime(), due);
            }
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
            wakeUpTick = slots.nextTick();
            if (wakeUpTick == DeadlineSlots.NEVER) {
                beat = sooner.awaitNanos(beat);
            } else {
                long wait = slots.timeOf(wakeUpTick) - System.nanoTime();
                if (wait <= 0) {
                    return;
                }
                long waited = Math.min(wait, beat);
                beat -= waited - sooner.awaitNanos(waited);
            }
        }
    }
}
