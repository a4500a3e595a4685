package ulens.gateway.delivery;

import io.helidon.dbclient.DbClientException;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/**
 * Reads for the cursors that are behind, page by page, each on a virtual thread that exists only while its cursor is
 * behind. Few read at one time, first pages before later ones, and none while it writes a page.
 */
final class CatchUp<M> {
    private static final System.Logger LOGGER = System.getLogger(CatchUp.class.getName());
    private static final long RETRY_MILLIS = 250;
    /** Settled rows that are worth a note, because the next subscription does not read them. */
    private static final long NOTEWORTHY = 100;
    private static final long MOST_RETRY_MILLIS = 2_000;

    private final DeliveryTable table;
    private final RowEncoder<M> encoder;
    private final DeliveryCounts counts;
    private final Confirmations confirmations;
    private final int pageSize;
    private final ReadGate reads;
    private final ExecutorService threads;

    CatchUp(DeliveryTable table, RowEncoder<M> encoder, DeliveryCounts counts, Confirmations confirmations,
            int pageSize, int concurrentReads, ExecutorService threads) {
        this.table = table;
        this.encoder = encoder;
        this.counts = counts;
        this.confirmations = confirmations;
        this.pageSize = pageSize;
        this.reads = new ReadGate(concurrentReads);
        this.threads = threads;
    }

    void start(Cursor<M> cursor) {
        try {
            threads.execute(() -> run(cursor));
        } catch (RejectedExecutionException _) {
            // stopping: the client comes back and is replayed
        }
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
        } catch (RuntimeException failure) {
            // the next hint, or the sweep, begins anew
            LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][WS] a replay broke off", failure);
            cursor.brokeOff();
        }
    }

    private boolean page(Cursor<M> cursor, Cursor.Request request, boolean first) throws InterruptedException {
        // a socket that takes nothing now must not hold a page
        Page page = cursor.outlet().awaitRoom() ? read(cursor, request, first) : null;
        if (page == null) {
            return false;
        }
        cursor.opened(page);
        long openUntil = cursor.openUntil();
        for (List<Delivery> rows : Portion.of(page.rows())) {
            List<M> encoded = rows.stream().map(row -> encoder.encode(row, row.seq() <= openUntil ? openUntil : 0))
                    .toList();
            if (!cursor.outlet().awaitRoom() || !cursor.replay(rows, encoded)) {
                return false;
            }
        }
        counts.replayed(page.rows().size());
        LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] {0} rows replayed", page.rows().size());
        cursor.askForProof();
        if (request.isFresh()) {
            long settled = page.rows().isEmpty() ? page.head() : page.rows().getFirst().seq() - 1;
            if (settled - page.settled() >= NOTEWORTHY) {
                confirmations.settled(cursor.userId(), settled);
            }
        }
        return !page.last() || !cursor.caughtUp(page);
    }

    /** Reads until it works: a database that is away comes back, and until then the client waits as for any row. */
    private Page read(Cursor<M> cursor, Cursor.Request request, boolean first) throws InterruptedException {
        for (long pause = RETRY_MILLIS;; pause = Math.min(pause * 2, MOST_RETRY_MILLIS)) {
            reads.enter(first);
            try {
                return table.page(cursor.userId(), request.after(), request.openUntil(), pageSize);
            } catch (DbClientException failure) {
                counts.readFailed();
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] replay is waiting for the database", failure);
            } finally {
                reads.leave();
            }
            Thread.sleep(pause);
            if (cursor.nextPage() == null) {
                return null;
            }
        }
    }
}
