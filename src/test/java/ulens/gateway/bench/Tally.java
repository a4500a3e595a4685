package ulens.gateway.bench;

import java.util.BitSet;

/**
 * Compares expected with received notifications: ids from a base on, assigned to the users in turn. A notification that
 * is missing, duplicate, out of order or at the wrong user makes the measurement void. Written by the selector's thread
 * alone.
 */
final class Tally {
    private final long base;
    private final int expected;
    private final int users;
    private final boolean keepIds;
    private final BitSet seen;
    private final long[] receivedAt;
    private volatile int received;
    private volatile long wrong;
    private volatile long lastAt;

    Tally(long base, int expected, int users, boolean keepIds) {
        this.base = base;
        this.expected = expected;
        this.users = users;
        this.keepIds = keepIds;
        this.seen = new BitSet(expected);
        this.receivedAt = new long[expected];
    }

    /** {@return the user of the id} */
    int userOf(long id) {
        return (int) ((id - base) % users);
    }

    boolean keepsIds() {
        return keepIds;
    }

    void received(int user, long id, boolean ascending) {
        long now = System.nanoTime();
        long index = id - base;
        if (index < 0 || index >= expected || userOf(id) != user || !ascending || seen.get((int) index)) {
            wrong++;
            return;
        }
        seen.set((int) index);
        receivedAt[(int) index] = now;
        lastAt = now;
        received++;
    }

    boolean complete() {
        if (wrong > 0) {
            throw new IllegalStateException(this + ": something came twice, out of order or to the wrong user");
        }
        return received == expected;
    }

    int received() {
        return received;
    }

    long base() {
        return base;
    }

    int expected() {
        return expected;
    }

    /** {@return when the last one came, by the clock of {@link System#nanoTime()}} */
    long lastAt() {
        return lastAt;
    }

    long receivedAt(int index) {
        return receivedAt[index];
    }

    @Override
    public String toString() {
        return received + " of " + expected + " received, " + wrong + " wrong";
    }
}
