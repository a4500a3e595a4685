package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * The slots of a {@link TimerWheel}: {@value #SLOTS} linked lists of deadlines. Deadlines whose ticks differ by whole
 * turns of the wheel share a slot; those of later turns are passed over. Knows no clock and no thread: times are given,
 * in nanoseconds by the clock of {@link System#nanoTime()}. Guarded by the wheel's lock.
 */
final class DeadlineSlots {
    static final int SLOTS = 2048;
    static final long TICK = TimeUnit.MILLISECONDS.toNanos(4);
    /** No slot is in use. */
    static final long NEVER = Long.MAX_VALUE;

    private final @Nullable Timed[] slots = new Timed[SLOTS];
    private final long start;
    private long lastTick;
    private int size;

    /** Ticks are counted from {@code start}. */
    DeadlineSlots(long start) {
        this.start = start;
    }

    /** Sets a deadline that is not set. Returns the tick at which it is due: never one that has been taken. */
    long set(Timed timed, long due) {
        timed.due = due;
        long tick = Math.max(lastTick + 1, Math.ceilDiv(due - start, TICK));
        int slot = (int) (tick % SLOTS);
        timed.slot = slot;
        timed.next = slots[slot];
        if (timed.next != null) {
            timed.next.previous = timed;
        }
        slots[slot] = timed;
        size++;
        return tick;
    }

    boolean isSet(Timed timed) {
        return timed.slot >= 0;
    }

    /** Does nothing if it is not set. */
    void remove(Timed timed) {
        if (!isSet(timed)) {
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

    /** {@return the next tick whose slot is in use, perhaps only by later turns; {@link #NEVER} if none is} */
    long nextTick() {
        if (size > 0) {
            for (long tick = lastTick + 1; tick <= lastTick + SLOTS; tick++) {
                if (slots[(int) (tick % SLOTS)] != null) {
                    return tick;
                }
            }
        }
        return NEVER;
    }

    /** {@return the time of a tick} */
    long timeOf(long tick) {
        return start + tick * TICK;
    }

    /** Takes out what is due by now. No slot is looked at twice, however long ago the last time was. */
    void takeDue(long now, Collection<Timed> due) {
        long nowTick = (now - start) / TICK;
        for (long tick = Math.max(lastTick + 1, nowTick - SLOTS + 1); tick <= nowTick; tick++) {
            for (Timed timed = slots[(int) (tick % SLOTS)]; timed != null;) {
                Timed next = timed.next;
                if (timed.due - now <= 0) {
                    due.add(timed);
                    remove(timed);
                }
                timed = next;
            }
        }
        lastTick = nowTick;
    }

    /** Takes out everything, due or not. */
    void takeAll(Collection<Timed> all) {
        for (Timed first : slots) {
            for (Timed timed = first; timed != null;) {
                Timed next = timed.next;
                all.add(timed);
                remove(timed);
                timed = next;
            }
        }
    }
}
