package ulens.gateway.delivery;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The SQL of tables {@code inbox} and {@code delivery}. Every statement names {@code user_id} first. Failures come as
 * {@link DbClientException} with the driver's exception as cause.
 */
public final class DeliveryTable {
    // Sorted, so that two nodes that store for the same users wait for each other instead of deadlocking.
    // A statement of its own: the one after it must see what the former holder of the lock has committed.
    // Here and below the answer is one row with arrays: each row of a result costs both drivers more than its data.
    private static final String ADVANCE_HEADS = """
            with advanced as (
                insert into inbox (user_id, last_seq, unread)
                select u, n, fresh from unnest(?::text[], ?::bigint[], ?::bigint[]) as head(u, n, fresh) order by u
                on conflict (user_id) do update
                set last_seq = inbox.last_seq + excluded.last_seq, unread = inbox.unread + excluded.unread
                returning user_id, last_seq
            )
            select array_agg(user_id), array_agg(last_seq) from advanced
            """;

    // Says which rows of the batch were there already: almost always none.
    private static final String INSERT = """
            with given as materialized (
                select * from unnest(?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[])
                              with ordinality as row(u, s, n, m, j, t, r, place)
            ), inserted as (
                insert into delivery (user_id, seq, notification_id, message, metadata, sent_at, read_at)
                select u, s, n, m, j::jsonb, coalesce(t::timestamptz, statement_timestamp()), r::timestamptz from given
                on conflict (user_id, notification_id) do nothing
                returning user_id, seq
            )
            select statement_timestamp(),
                   case when (select count(*) from inserted) < (select count(*) from given)
                        then array(select place from given
                                   where not exists (select from inserted where user_id = u and seq = s)) end
            """;

    private static final String TAKE_BACK_UNREAD = """
            update inbox set unread = unread - given.n
            from unnest(?::text[], ?::bigint[]) as given(u, n)
            where user_id = given.u
            """;

    // One statement, one snapshot: the head and the page are of the same moment.
    // A page ends early when its rows are big: a socket that reads slowly holds one in memory.
    private static final String PAGE = """
            select i.last_seq, i.unread, i.settled_seq, p.*
            from inbox i
            cross join lateral (
                select count(*) as found, array_agg(seq) filter (where fits), array_agg(notification_id) filter (where fits),
                       array_agg(message) filter (where fits), array_agg(metadata) filter (where fits),
                       array_agg((extract(epoch from sent_at) * 1000000)::bigint) filter (where fits),
                       array_agg((extract(epoch from read_at) * 1000000)::bigint) filter (where fits)
                from (
                    select page.*, row_number() over w = 1
                           or sum(octet_length(message) + coalesce(octet_length(metadata), 0)) over w <= ? as fits
                    from (
                        select seq, notification_id, message, metadata::text as metadata, sent_at, read_at
                        from delivery
                        where user_id = i.user_id and seq > greatest(?, least(?, i.settled_seq))
                          and (seq > ? or delivered_at is null or read_at is null)
                        order by seq
                        limit ?
                    ) page
                    window w as (order by seq)
                ) sized
            ) p
            where i.user_id = ?
            """;

    private static final String HEADS = """
            select user_id, last_seq from inbox where user_id = any(?)
            """;

    // In the order of the primary key, as read receipts lock their rows, so that the two do not deadlock.
    private static final String MARK_DELIVERED = """
            update delivery d set delivered_at = statement_timestamp()
            from (
                select * from unnest(?::text[], ?::bigint[], ?::bigint[]) as given(u, after, upto) order by u
            ) proof
            where d.user_id = proof.u and d.seq > proof.after and d.seq <= proof.upto and d.delivered_at is null
            """;

    // Only saves time, so it waits for nobody: a user whose row is locked is noted another time.
    private static final String SETTLE = """
            with given as (
                select * from unnest(?::text[], ?::bigint[]) as row(u, upto)
            ), free as materialized (
                select user_id, upto from inbox join given on user_id = u for update of inbox skip locked
            )
            update inbox i set settled_seq = free.upto from free
            where i.user_id = free.user_id and i.settled_seq < free.upto
            """;

    private static final long PAGE_BYTES = 512 * 1024;

    private final DbClient database;

    /**
     * The tables of a database.
     *
     * @param database
     *            where they are
     */
    public DeliveryTable(DbClient database) {
        this.database = database;
    }

    /**
     * Stores a batch in one transaction. What is there already (same user and notification id) is left as it is.
     *
     * @param batch
     *            in the order of arrival; each user's rows get seq in this order
     *
     * @return what is new
     */
    public Stored store(List<NewDelivery> batch) {
        Batch columns = Batch.of(batch);
        DbTransaction transaction = database.transaction();
        boolean committed = false;
        try {
            columns.number(advanceHeads(transaction, columns));
            Stored stored = insert(transaction, columns);
            if (stored.duplicates() > 0) {
                takeBackUnread(transaction, columns, stored);
            }
            committed = true;
            transaction.commit();
            return stored;
        } finally {
            if (!committed) {
                rollback(transaction);
            }
        }
    }

    /**
     * Reads a page of a user's stream.
     *
     * @param userId
     *            whose stream
     * @param after
     *            rows with a greater seq only
     * @param openUntil
     *            up to this seq only rows that are undelivered or unread, beyond it every row
     * @param limit
     *            most rows; fewer come, but at least one, if they are more than {@value #PAGE_BYTES} bytes together
     *
     * @return the rows, and the user's head at the same moment
     */
    public Page page(String userId, long after, long openUntil, int limit) {
        return database.execute().createGet(PAGE).addParam(PAGE_BYTES).addParam(after).addParam(openUntil)
                .addParam(openUntil).addParam(limit).addParam(userId).execute().map(row -> page(userId, row, limit))
                .orElse(new Page(List.of(), 0, 0, 0, true));
    }

    private static Page page(String userId, DbRow row, int limit) {
        long found = row.column(4).get(Long.class);
        long[] seqs = Columns.numbers(row.column(5));
        long[] ids = Columns.numbers(row.column(6));
        String[] messages = Columns.texts(row.column(7));
        String[] metadata = Columns.texts(row.column(8));
        Instant[] sentAts = Columns.times(row.column(9));
        Instant[] readAts = Columns.times(row.column(10));
        List<Delivery> rows = new ArrayList<>(seqs.length);
        for (int i = 0; i < seqs.length; i++) {
            rows.add(new Delivery(userId, seqs[i], ids[i], messages[i], metadata[i], sentAts[i], readAts[i]));
        }
        return new Page(rows, row.column(1).get(Long.class), row.column(2).get(Long.class),
                row.column(3).get(Long.class), found < limit && seqs.length == found);
    }

    /**
     * Reads the heads of streams.
     *
     * @param userIds
     *            whose
     *
     * @return last seq by user; users without any row are missing
     */
    public Map<String, Long> heads(Collection<String> userIds) {
        try (Stream<DbRow> rows = database.execute().createQuery(HEADS).addParam(userIds.toArray(String[]::new))
                .execute()) {
            Map<String, Long> heads = new HashMap<>();
            rows.forEach(row -> heads.put(row.column(1).get(String.class), row.column(2).get(Long.class)));
            return heads;
        }
    }

    /**
     * Marks rows as delivered that are not yet.
     *
     * @param proofs
     *            what is proved, at most one range per user
     *
     * @return how many rows were marked
     */
    public long markDelivered(Collection<Proof> proofs) {
        return database.execute().createDmlStatement(MARK_DELIVERED)
                .addParam(proofs.stream().map(Proof::userId).toArray(String[]::new))
                .addParam(proofs.stream().mapToLong(Proof::after).toArray())
                .addParam(proofs.stream().mapToLong(Proof::upTo).toArray()).execute();
    }

    /**
     * Notes where users' open rows begin at the earliest.
     *
     * @param upTo
     *            by user: up to here all rows are delivered and read
     */
    public void settle(Map<String, Long> upTo) {
        List<String> users = List.copyOf(upTo.keySet());
        database.execute().createDmlStatement(SETTLE).addParam(users.toArray(String[]::new))
                .addParam(users.stream().mapToLong(upTo::get).toArray()).execute();
    }

    private static Map<String, Long> advanceHeads(DbTransaction transaction, Batch batch) {
        DbRow row = transaction.createGet(ADVANCE_HEADS).addParam(batch.users()).addParam(batch.counts())
                .addParam(batch.fresh()).execute().orElseThrow();
        String[] users = Columns.texts(row.column(1));
        long[] seqs = Columns.numbers(row.column(2));
        Map<String, Long> heads = HashMap.newHashMap(users.length);
        for (int i = 0; i < users.length; i++) {
            heads.put(users[i], seqs[i]);
        }
        return heads;
    }

    private static Stored insert(DbTransaction transaction, Batch batch) {
        DbRow answer = transaction.createGet(INSERT).addParam(batch.userIds()).addParam(batch.seqs())
                .addParam(batch.notificationIds()).addParam(batch.messages()).addParam(batch.metadata())
                .addParam(batch.sentAts()).addParam(batch.readAts()).execute().orElseThrow();
        Instant now = instant(answer.column(1).get(Timestamp.class));
        BitSet duplicates = new BitSet();
        for (long place : Columns.numbers(answer.column(2))) {
            duplicates.set((int) place - 1);
        }
        List<Delivery> rows = new ArrayList<>(batch.size());
        Set<String> duplicateUsers = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            NewDelivery given = batch.row(i);
            if (duplicates.get(i)) {
                duplicateUsers.add(given.userId());
            } else {
                rows.add(new Delivery(given.userId(), batch.seqs()[i], given.notificationId(), given.message(),
                        given.metadata(), given.sentAt() == null ? now : given.sentAt(), given.readAt()));
            }
        }
        return new Stored(rows, batch.size() - rows.size(), duplicateUsers);
    }

    private static void takeBackUnread(DbTransaction transaction, Batch batch, Stored stored) {
        SortedMap<String, Long> tooMany = new TreeMap<>();
        for (int i = 0; i < batch.users().length; i++) {
            tooMany.put(batch.users()[i], batch.fresh()[i]);
        }
        stored.rows().stream().filter(row -> row.readAt() == null)
                .forEach(row -> tooMany.merge(row.userId(), -1L, Long::sum));
        tooMany.values().removeIf(count -> count == 0);
        if (!tooMany.isEmpty()) {
            transaction.createDmlStatement(TAKE_BACK_UNREAD).addParam(tooMany.keySet().toArray(String[]::new))
                    .addParam(tooMany.values().stream().mapToLong(Long::longValue).toArray()).execute();
        }
    }

    private static Instant instant(Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }

    private static void rollback(DbTransaction transaction) {
        try {
            transaction.rollback();
        } catch (DbClientException | IllegalStateException _) {
            // the failure that led here is the one to report; the pool discards a broken connection
        }
    }
}
