package ulens.gateway.work;

import org.jspecify.annotations.Nullable;

/**
 * Something that the {@link TimerWheel} calls when its time has come. It is its own entry, so waiting costs no memory.
 */
public abstract class Timed {
    // Guarded by the wheel's lock.
    @Nullable
    Timed previous;
    @Nullable
    Timed next;
    int slot = -1;
    long due;

    /**
     * The time has come. Runs on the wheel's thread, so it must not block.
     *
     * @param now
     *            {@link System#nanoTime()} of the turn
     */
    protected abstract void due(long now);
}
