package ulens.gateway.inbox;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.inbox.ReceiptStore.Read;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.work.SqlState;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Marks a user's rows as read, because the user's client said so. Failures of the database come as they are. */
public final class Receipts implements Measured, AutoCloseable {
    /** Most ids in one request. */
    public static final int MOST_IDS = 1_000;
    /** Most rows that one request for all rows marks; a client with more rows has to repeat it. */
    public static final int MOST_READ_AT_ONCE = 100_000;

    private final ReceiptStore table;
    private final GroupCommit commits;
    private final Runnable queued;
    private final LongAdder read = new LongAdder();

    /**
     * Receipts of a database.
     *
     * @param table
     *            the rows
     * @param queued
     *            is run after a commit that left something in the outbox
     */
    public Receipts(ReceiptTable table, Runnable queued) {
        this((ReceiptStore) table, queued);
    }

    Receipts(ReceiptStore table, Runnable queued) {
        this.table = table;
        this.commits = new GroupCommit(table);
        this.queued = queued;
    }

    /** {@return rows marked read since the start} */
    public long read() {
        return read.sum();
    }

    @Override
    public void register(Meters meters) {
        meters.counter("rows_read", "Rows marked read", this::read);
    }

    /**
     * Marks rows as read. Rows that are read already stay as they are, and so do rows of other users.
     *
     * @param userId
     *            whose rows
     * @param ids
     *            producer's ids, 1 to {@value #MOST_IDS}
     *
     * @return what is read now
     */
    public Receipt read(String userId, Set<Long> ids) {
        Read result = retried(() -> commits.read(userId, ids));
        count(result);
        List<Long> unknown = ids.stream().filter(id -> !result.known().contains(id)).toList();
        return new Receipt(List.copyOf(result.known()), result.changed(), unknown, result.readAt(), result.unread());
    }

    /**
     * Marks all rows as read that the user has now, in pages, each with a commit of its own.
     *
     * @param userId
     *            whose rows
     *
     * @return what was read by this call
     */
    public Receipt readAll(String userId) {
        List<Long> all = new ArrayList<>();
        Instant readAt = null;
        ReceiptStore.End end = table.end(userId);
        while (true) {
            Set<Long> page = table.unreadIds(userId, end, MOST_IDS);
            Read result = retried(() -> commits.read(userId, page));
            count(result);
            all.addAll(result.changed());
            readAt = result.readAt() == null ? readAt : result.readAt();
            if (page.size() < MOST_IDS || all.size() >= MOST_READ_AT_ONCE) {
                return new Receipt(all, all, List.of(), readAt, result.unread());
            }
        }
    }

    /** Once more if the database chose this transaction to end a deadlock. */
    private static Read retried(Supplier<Read> reading) {
        try {
            return reading.get();
        } catch (DbClientException failure) {
            if (SqlState.isDeadlock(failure)) {
                return reading.get();
            }
            throw failure;
        }
    }

    private void count(Read result) {
        if (!result.changed().isEmpty()) {
            read.add(result.changed().size());
            queued.run();
        }
    }

    /** Finishes the requests in hand; later ones fail. */
    @Override
    public void close() {
        commits.close();
    }
}
