package ulens.gateway.stream;

import io.helidon.dbclient.DbClientException;
import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * Reads for the cursors that are behind, page by page, each on a virtual thread that exists only while its cursor is
 * behind. Few read at one time, first pages before later ones, and none while it writes a page.
 * <p>
 * A cursor has one such thread at a time, since it asks for one only as it falls behind from being live. Hazard: a
 * thread that ends without {@link Cursor#caughtUp} leaves its cursor deaf. So a read that fails is repeated until the
 * cursor is closed, and whatever else is thrown cuts the connection.
 */
final class CatchUp<M> {
    private static final System.Logger LOGGER = System.getLogger(CatchUp.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    /** Settled rows that are worth a note, because the next subscription does not read them. */
    private static final long NOTEWORTHY = 100;

    private final StreamReader streams;
    private final RowEncoder<M> encoder;
    private final DeliveryCounts counts;
    private final ProofSink proofs;
    private final int pageSize;
    private final ReadGate reads;
    private final Threads threads;
    private final Task task = Task.of(LOGGER, "[GATEWAY][DB]", "replay");
    private volatile boolean closed;

    /** What it asks of threads. */
    interface Threads {
        /** Runs a replay on a thread of its own, and tells of whatever it throws. */
        void run(Runnable replay, Consumer<Throwable> brokeOff);

        /** Waits between two attempts to read. */
        void pause(Duration length) throws InterruptedException;

        /** {@return virtual ones} */
        static Threads virtual() {
            return new Threads() {
                @Override
                public void run(Runnable replay, Consumer<Throwable> brokeOff) {
                    Errand.run("catch-up", replay, brokeOff);
                }

                @Override
                public void pause(Duration length) throws InterruptedException {
                    Thread.sleep(length);
                }
            };
        }
    }

    CatchUp(StreamReader streams, RowEncoder<M> encoder, DeliveryCounts counts, ProofSink proofs, int pageSize,
            ReadGate reads, Threads threads) {
        this.streams = streams;
        this.encoder = encoder;
        this.counts = counts;
        this.proofs = proofs;
        this.pageSize = pageSize;
        this.reads = reads;
        this.threads = threads;
    }

    void start(Cursor<M> cursor) {
        if (!closed) {
            threads.run(() -> run(cursor), failure -> brokeOff(cursor, failure));
        }
    }

    /** Begins nothing new; what is under way ends with its socket. */
    void close() {
        closed = true;
        task.close();
    }

    /** {@return cursors that wait for their turn to read} */
    int waiting() {
        return reads.waiting();
    }

    private void run(Cursor<M> cursor) {
        try {
            boolean behind = true;
            for (boolean first = true; behind; first = false) {
                Cursor.Request request = cursor.nextPage();
                behind = request != null && page(cursor, request, first);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whatever was thrown, and whatever state it has left: the client comes back on a new connection and is replayed.
     */
    private void brokeOff(Cursor<M> cursor, Throwable failure) {
        task.failed(failure);
        cursor.close();
        cursor.sink().drop();
    }

    private boolean page(Cursor<M> cursor, Cursor.Request request, boolean first) throws InterruptedException {
        // a socket that takes nothing now must not hold a page
        Page page = cursor.sink().awaitRoom() ? read(cursor, request, first) : null;
        if (page == null) {
            return false;
        }
        if (!cursor.opened(request, page)) {
            counts.restarted();
            return true;
        }
        Position place = cursor.place();
        for (List<Delivery> rows : Chunks.of(page.rows())) {
            List<M> encoded = rows.stream().map(row -> encoder.encode(row, place.at(row.seq()))).toList();
            if (!cursor.sink().awaitRoom() || !cursor.replay(rows, encoded)) {
                return false;
            }
        }
        counts.replayed(page.rows().size());
        LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] {0} rows replayed", page.rows().size());
        cursor.askForProof();
        if (request.isFresh()) {
            long settled = page.rows().isEmpty() ? page.head() : page.rows().getFirst().seq() - 1;
            if (settled - page.settled() >= NOTEWORTHY) {
                proofs.settled(cursor.userId(), new Settled(page.generation(), settled));
            }
        }
        return !page.last() || !cursor.caughtUp(page);
    }

    /** Reads until it works: a database that is away comes back, and until then the client waits as for any row. */
    private @Nullable Page read(Cursor<M> cursor, Cursor.Request request, boolean first) throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            reads.enter(first);
            try {
                Page page = streams.page(cursor.userId(), request.after(), request.openUntil(), pageSize);
                task.succeeded();
                return page;
            } catch (DbClientException | NoSuchElementException failure) {
                counts.readFailed();
                task.failed(failure);
            } finally {
                reads.leave();
            }
            threads.pause(backoff.next());
            if (closed || cursor.nextPage() == null) {
                return null;
            }
        }
    }
}
