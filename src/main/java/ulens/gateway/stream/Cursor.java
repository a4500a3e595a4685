package ulens.gateway.stream;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One socket's place in its user's stream. A new row is pushed from memory if it is the next one; what lies behind the
 * cursor is dropped; in every other case the socket reads what follows its cursor from the database until it has caught
 * up. This one rule covers replay, slow readers, lost hints, rows stored by other nodes, and the race between replay
 * and live rows.
 * <p>
 * A page says in which generation the stream is and where it ends. If the cursor is in another generation, or was ahead
 * of that end before the page was asked for, the database has gone back in time, and the cursor starts afresh from the
 * beginning of the stream, on the same connection: a client that subscribed once goes on hearing everything, and what
 * it is sent from there on carries offsets of the new generation. Hints from memory and from the sweep never decide
 * that, they only make the cursor read. So only the thread that catches up sets a cursor back, and no row is pushed
 * meanwhile.
 * <p>
 * Invariant: on one connection, from one set-back to the next, rows are pushed in the order of seq, each at most once,
 * and none is left out behind the cursor that its client has to see. The state decides who may push: {@code LIVE}
 * whoever offers, {@code CATCHING_UP} only the one thread that reads. Both push, and move the cursor, under the lock.
 * <p>
 * Hazard: a row may be committed after a page was read and offered before the cursor is live. Such an offer is not
 * taken, but leaves {@code more}, and the thread reads once more before it lets the cursor go live.
 *
 * @param <M>
 *            an encoded row
 */
public final class Cursor<M> {
    private enum State {
        IDLE, LIVE, CATCHING_UP, CLOSED
    }

    private final String userId;
    private final Sink<M> sink;
    private final ProofSink proofs;
    private final Consumer<Cursor<M>> behind;
    private final ReentrantLock lock = new ReentrantLock();

    private State state = State.IDLE;
    private long generation = Position.NO_STREAM;
    private long position;
    private long openUntil;
    private long floor;
    private ProofProgress proving = new ProofProgress(-1);
    private boolean setBack;
    private boolean more;
    private int opening;
    private int announce;
    private long replayed;

    /**
     * A cursor that is not started.
     *
     * @param userId
     *            whose stream it is
     * @param sink
     *            takes the rows
     * @param proofs
     *            is told of receipt
     * @param behind
     *            is given the cursor when it falls behind, under its lock: sees that one thread reads for it, which
     *            calls {@link #nextPage} and what follows it here
     */
    Cursor(String userId, Sink<M> sink, ProofSink proofs, Consumer<Cursor<M>> behind) {
        this.userId = userId;
        this.sink = sink;
        this.proofs = proofs;
        this.behind = behind;
    }

    /** {@return whose stream it is} */
    public String userId() {
        return userId;
    }

    /** Begins a fresh subscription: every row that is undelivered or unread, then live rows. Again: nothing twice. */
    public void subscribe() {
        start(Position.BEGINNING, -1);
    }

    /**
     * Goes on behind a row that the client has, with every row that follows. That it has it is proof of receipt.
     *
     * @param from
     *            where the client is, by its own word
     * @param before
     *            up to here, in the same generation, receipt was proved earlier; 0 if nothing is known
     */
    public void resume(Position from, long before) {
        start(new Position(from.seq(), from.generation(), Math.max(from.seq(), from.openUntil()), from.floor()),
                from.seq());
        long after = Math.max(from.floor(), before);
        if (from.seq() > after) {
            proofs.add(new Proof(userId, from.generation(), after, from.seq()));
        }
    }

    private void start(Position from, long known) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            opening++;
            if (state == State.IDLE) {
                moveTo(from, known);
            }
            fallBehind();
        } finally {
            lock.unlock();
        }
    }

    private void moveTo(Position from, long known) {
        generation = from.generation();
        position = from.seq();
        openUntil = from.openUntil();
        floor = from.floor();
        proving = new ProofProgress(known);
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
    int offer(List<LiveRow<M>> rows) {
        lock.lock();
        try {
            if (state == State.IDLE || state == State.CLOSED) {
                return 0;
            }
            long given = rows.getFirst().generation();
            if (isElsewhere(given) || setBack && generation == Position.NO_STREAM) {
                // a hint may be late: a stream that was erased is not begun again by it
                fallBehind();
                return 0;
            }
            List<M> taken = new ArrayList<>(rows.size());
            long last = position;
            for (LiveRow<M> row : rows) {
                if (state == State.LIVE && row.seq() == last + 1 && sink.hasRoom()) {
                    taken.add(row.encoded(floor));
                    last++;
                } else if (row.seq() > last) {
                    fallBehind();
                    break;
                }
            }
            if (!taken.isEmpty()) {
                generation = given;
                push(position + 1, last, taken);
            }
            return taken.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The stream ends here, wherever its rows came from.
     *
     * @param head
     *            as the database says
     * @param before
     *            the cursor's position before the database was asked
     */
    void hear(Head head, long before) {
        lock.lock();
        try {
            if (head.seq() > position || head.seq() < before || isElsewhere(head.generation())) {
                lookAgain();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The stream may have changed. */
    void nudge() {
        lock.lock();
        try {
            lookAgain();
        } finally {
            lock.unlock();
        }
    }

    /** Asks for proof of everything pushed so far. */
    void askForProof() {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                ProofProgress asked = proving;
                long in = generation;
                asked.ask().ifPresent(upTo -> sink.whenReceived(() -> proved(asked, in, upTo)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** No more rows follow for now: the proof that was asked for is not put off for them any longer. */
    void hurryProof() {
        sink.hurryProof();
    }

    private void proved(ProofProgress asked, long in, long upTo) {
        Optional<Long> after;
        lock.lock();
        try {
            // what was sent before the cursor was set back proves nothing about the rows that are there now
            after = asked == proving ? asked.proved(upTo) : Optional.empty();
        } finally {
            lock.unlock();
        }
        after.ifPresent(from -> proofs.add(new Proof(userId, in, from, upTo)));
    }

    private boolean isElsewhere(long given) {
        return generation != Position.NO_STREAM && given != generation;
    }

    private void lookAgain() {
        if (state == State.LIVE || state == State.CATCHING_UP) {
            fallBehind();
        }
    }

    private void fallBehind() {
        more = true;
        if (state != State.CATCHING_UP) {
            state = State.CATCHING_UP;
            behind.accept(this);
        }
    }

    private void push(long first, long last, List<M> rows) {
        proving.pushed(first, last);
        sink.push(rows);
        position = last;
    }

    // what follows is called by the one thread that catches up

    /** {@return where the cursor is; rows of its replay have their offsets from it} */
    Position place() {
        lock.lock();
        try {
            return new Position(position, generation, openUntil, floor);
        } finally {
            lock.unlock();
        }
    }

    Sink<M> sink() {
        return sink;
    }

    @Nullable
    Request nextPage() {
        lock.lock();
        try {
            more = false;
            return state == State.CLOSED ? null : new Request(position, openUntil);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A page has been read: the head at the first one divides replay from what follows.
     *
     * @return false if the page shows that the database has gone back in time: the cursor is at the beginning now
     */
    boolean opened(Request request, Page page) {
        boolean first;
        lock.lock();
        try {
            if (isElsewhere(page.generation()) || page.head() < request.after()) {
                moveTo(Position.BEGINNING, -1);
                setBack = true;
                replayed = 0;
                // tells the client once more when it is synced: with that it gets an offset of the new generation
                opening++;
                return false;
            }
            generation = page.generation();
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
            sink.subscribed(page.unread());
        }
        return true;
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
                sink.synced(replayed, page.unread(), new Position(position, generation, 0, floor));
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

    record Request(long after, long openUntil) {
        /** {@return whether it asks for all that is open} */
        boolean isFresh() {
            return after == 0 && openUntil == Long.MAX_VALUE;
        }
    }
}
