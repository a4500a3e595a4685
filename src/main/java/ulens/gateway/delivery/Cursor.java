package ulens.gateway.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One socket's place in its user's stream. A new row is pushed from memory if it is the next one; what lies behind the
 * cursor is dropped; in every other case the socket reads what follows its cursor from the database until it has caught
 * up. This one rule covers replay, slow readers, lost hints, rows stored by other nodes, and the race between replay
 * and live rows.
 *
 * @param <M>
 *            an encoded row
 */
public final class Cursor<M> {
    private enum State {
        IDLE, LIVE, CATCHING_UP, CLOSED
    }

    private final String userId;
    private final Outlet<M> outlet;
    private final Confirmations confirmations;
    private final CatchUp<M> catchUp;
    private final ReentrantLock lock = new ReentrantLock();

    private State state = State.IDLE;
    private long position;
    private long openUntil;
    private long pushed;
    private long asked;
    private long proved = -1;
    private boolean more;
    private int opening;
    private int announce;
    private long replayed;

    Cursor(String userId, Outlet<M> outlet, Confirmations confirmations, CatchUp<M> catchUp) {
        this.userId = userId;
        this.outlet = outlet;
        this.confirmations = confirmations;
        this.catchUp = catchUp;
    }

    /** {@return whose stream it is} */
    public String userId() {
        return userId;
    }

    /** {@return the last seq that the socket has been handed} */
    public long position() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** Begins a fresh subscription: every row that is undelivered or unread, then live rows. Again: nothing twice. */
    public void subscribe() {
        start(0, Long.MAX_VALUE, -1);
    }

    /**
     * Goes on behind a row that the client has, with every row that follows. That it has it is proof of receipt.
     *
     * @param offset
     *            seq of that row
     * @param openUntil
     *            up to here only rows that are undelivered or unread: the replay that was broken off; 0 for none
     * @param before
     *            up to here receipt was proved earlier
     */
    public void resume(long offset, long openUntil, long before) {
        start(offset, Math.max(offset, openUntil), offset);
        if (offset > before) {
            confirmations.add(new Proof(userId, before, offset));
        }
    }

    private void start(long from, long open, long known) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            opening++;
            if (state == State.IDLE) {
                position = from;
                proved = known;
                openUntil = open;
            }
            fallBehind();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the cursor; nothing is pushed afterwards. */
    public void close() {
        lock.lock();
        try {
            state = State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    /** Takes rows from memory, as far as each is the next one. Returns how many it took. */
    int offer(List<Fresh<M>> rows) {
        lock.lock();
        try {
            if (state == State.IDLE || state == State.CLOSED) {
                return 0;
            }
            List<M> taken = new ArrayList<>(rows.size());
            long last = position;
            for (Fresh<M> row : rows) {
                if (state == State.LIVE && row.seq() == last + 1 && outlet.hasRoom()) {
                    taken.add(row.encoded());
                    last++;
                } else if (row.seq() > last) {
                    fallBehind();
                    break;
                }
            }
            if (!taken.isEmpty()) {
                push(position + 1, last, taken);
            }
            return taken.size();
        } finally {
            lock.unlock();
        }
    }

    /** The stream has rows up to this seq, wherever they came from. */
    void hear(long head) {
        lock.lock();
        try {
            if (head > position && (state == State.LIVE || state == State.CATCHING_UP)) {
                fallBehind();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Asks for proof of everything pushed so far. */
    void askForProof() {
        lock.lock();
        try {
            if (pushed > asked && state != State.CLOSED) {
                long upTo = pushed;
                asked = pushed;
                outlet.whenReceived(() -> proved(upTo));
            }
        } finally {
            lock.unlock();
        }
    }

    private void proved(long upTo) {
        long after;
        lock.lock();
        try {
            if (upTo <= proved) {
                return;
            }
            after = proved;
            proved = upTo;
        } finally {
            lock.unlock();
        }
        confirmations.add(new Proof(userId, after, upTo));
    }

    private void fallBehind() {
        more = true;
        if (state != State.CATCHING_UP) {
            state = State.CATCHING_UP;
            catchUp.start(this);
        }
    }

    private void push(long first, long last, List<M> rows) {
        if (proved < 0) {
            proved = first - 1;
        }
        outlet.push(rows);
        position = last;
        pushed = last;
    }

    // what follows is called by the one thread that catches up

    /** Until where rows are replayed only if they are open; part of their offsets, so that a resumption knows it. */
    long openUntil() {
        lock.lock();
        try {
            return openUntil;
        } finally {
            lock.unlock();
        }
    }

    Outlet<M> outlet() {
        return outlet;
    }

    Request nextPage() {
        lock.lock();
        try {
            more = false;
            return state == State.CLOSED ? null : new Request(position, openUntil);
        } finally {
            lock.unlock();
        }
    }

    /** A page has been read: the head at the first one divides replay from what follows. */
    void opened(Page page) {
        boolean first;
        lock.lock();
        try {
            if (openUntil == Long.MAX_VALUE) {
                openUntil = page.head();
            }
            first = opening > 0;
            announce += opening;
            opening = 0;
        } finally {
            lock.unlock();
        }
        if (first) {
            outlet.subscribed(page.unread());
        }
    }

    boolean replay(List<Delivery> rows, List<M> encoded) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return false;
            }
            push(rows.getFirst().seq(), rows.getLast().seq(), encoded);
            replayed += rows.size();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Everything up to the page's head has been pushed. Returns whether that was all there is. */
    boolean caughtUp(Page page) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return true;
            }
            position = Math.max(position, page.head());
            for (; announce > 0; announce--) {
                // under the lock, so that it comes before the first live row
                outlet.synced(replayed, page.unread(), position);
                replayed = 0;
            }
            replayed = 0;
            if (!more) {
                state = State.LIVE;
            }
            return !more;
        } finally {
            lock.unlock();
        }
    }

    /** Catching up has failed; whoever hears of a row next begins it anew. */
    void brokeOff() {
        lock.lock();
        try {
            state = state == State.CATCHING_UP ? State.LIVE : state;
        } finally {
            lock.unlock();
        }
    }

    record Request(long after, long openUntil) {
        /** {@return whether it asks for all that is open} */
        boolean isFresh() {
            return after == 0 && openUntil == Long.MAX_VALUE;
        }
    }
}
