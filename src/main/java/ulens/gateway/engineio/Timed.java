package ulens.gateway.engineio;

/**
 * Something that the {@link TimerWheel} calls when its time has come. It is its own entry, so waiting costs no memory.
 */
abstract class Timed {
    // Guarded by the wheel's lock.
    Timed previous;
    Timed next;
    int slot = -1;
    long due;

    /**
     * The time has come. Runs on the wheel's thread, so it must not block.
     *
     * @param now
     *            {@link System#nanoTime()} of the turn
     */
    abstract void due(long now);
}
