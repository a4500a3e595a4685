package ulens.gateway.stream;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbStatement;
import io.helidon.dbclient.DbTransaction;
import ulens.gateway.database.SqlArrays;
import ulens.gateway.database.Transaction;
import ulens.gateway.work.SqlState;

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
public final class DeliveryTable implements StreamReader, StreamWriter, ProofStore {
    /**
     * Part of a statement of package {@code inbox}: the rows of {@code mine}, which it has locked, become read if they
     * are not. A row that is read before its proof of receipt has come counts as delivered at that moment.
     */
    public static final String MARK_READ = """
                update delivery d
                set read_at = date_trunc('milliseconds', statement_timestamp()),
                    delivered_at = coalesce(d.delivered_at, statement_timestamp())
                from mine
                where d.user_id = mine.user_id and d.seq = mine.seq and mine.read_at is null
                returning d.user_id, d.seq, d.notification_id, d.read_at
            """;

    /** Part of the same statement: the {@code n} rows of each user in {@code reads} are no longer unread. */
    public static final String COUNT_READ = """
                update inbox set unread = unread - n from reads where inbox.user_id = reads.user_id
            """;

    // Sorted, so that two nodes that store for the same users wait for each other instead of deadlocking.
    // A statement of its own: the one after it must see what the former holder of the lock has committed.
    // Here and below the answer is one row with arrays: each row of a result costs both drivers more than its data.
    private static final String ADVANCE_HEADS = """
            with advanced as (
                insert into inbox (user_id, last_seq, unread)
                select u, n, fresh from unnest(?::text[], ?::bigint[], ?::bigint[]) as head(u, n, fresh) order by u
                on conflict (user_id) do update
                set last_seq = inbox.last_seq + excluded.last_seq, unread = inbox.unread + excluded.unread
                returning user_id, last_seq, generation
            )
            select array_agg(user_id), array_agg(last_seq),
                   array_agg((select generation from generation_now) # generation)
            from advanced
            """;

    // Waits for no row. The locks that it takes end with it: they only tell who else has one. The update of nothing
    // waits for the table: a lock on all of it (an index is being made, say) is nobody's in particular, and ends this.
    private static final String LOCKED = """
            with nothing as (
                update delivery set seq = seq where false
            ), free as materialized (
                select user_id from inbox where user_id = any(?) order by user_id for update skip locked
            )
            select array(select user_id from inbox where user_id = any(?)
                         except select user_id from free)
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

    // One statement, one snapshot: the head, its generation and the page are of the same moment. Where the server can't
    // tell the generation (a standby) there is no answer: not even that the user has no stream.
    // A page ends early when its rows are big: a socket that reads slowly holds one in memory.
    private static final String PAGE = """
            select coalesce(i.last_seq, 0), coalesce(i.unread, 0), coalesce(i.settled_seq, 0),
                   case when i.user_id is null then 0 else now.generation # i.generation end, p.*
            from generation_now now
            left join inbox i on i.user_id = ?
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
            """;

    private static final String HEADS = """
            select i.user_id, i.last_seq, now.generation # i.generation, i.generation = 0 and now.generation = now.first
            from generation_now now join inbox i on i.user_id = any(?)
            """;

    // In the order of the primary key, as read receipts lock their rows, so that the two do not deadlock.
    // Only what was sent in the generation that the stream is in now, judged by this statement itself.
    private static final String MARK_DELIVERED = """
            update delivery d set delivered_at = statement_timestamp()
            from (
                select u, greatest(after, i.settled_seq) as after, upto
                from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) as given(u, g, after, upto)
                join inbox i on i.user_id = u
                where (select generation from generation_now) # i.generation = g and upto <= i.last_seq
                order by u
            ) proof
            where d.user_id = proof.u and d.seq > proof.after and d.seq <= proof.upto and d.delivered_at is null
            """;

    // The same for when a lock has been waited for in vain. It waits for none, and says whose rows it had to leave.
    // A statement sees the rows as they were before it, so what it has not locked of them somebody else has. "except",
    // because "not exists" would compare each row with each where the planner takes the parameters to be few: 14 s
    // instead of 0.5 s for 10,000 users, which is past the statement's time limit.
    private static final String MARK_UNLOCKED = """
            with proof as materialized (
                select u, greatest(after, i.settled_seq) as after, upto
                from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) as given(u, g, after, upto)
                join inbox i on i.user_id = u
                where (select generation from generation_now) # i.generation = g and upto <= i.last_seq
            ), free as materialized (
                select d.user_id, d.seq
                from proof join delivery d on d.user_id = u and d.seq > after and d.seq <= upto
                where d.delivered_at is null
                order by d.user_id, d.seq
                for update of d skip locked
            ), marked as (
                update delivery d set delivered_at = statement_timestamp()
                from free where d.user_id = free.user_id and d.seq = free.seq
                returning d.user_id
            )
            select (select count(*) from marked),
                   array(select distinct user_id
                         from (select d.user_id, d.seq
                               from proof join delivery d on d.user_id = u and d.seq > after and d.seq <= upto
                               where d.delivered_at is null
                               except select user_id, seq from free) others)
            """;

    // Only saves time, so it waits for nobody: a user whose row is locked is noted another time.
    private static final String SETTLE = """
            with given as (
                select * from unnest(?::text[], ?::bigint[], ?::bigint[]) as row(u, g, upto)
            ), free as materialized (
                select user_id, upto from inbox i join given on user_id = u
                where (select generation from generation_now) # i.generation = g and upto <= i.last_seq
                for update of i skip locked
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

    @Override
    public StoredBatch store(List<NewDelivery> batch) {
        Batch columns = Batch.of(batch);
        return Transaction.run(database, transaction -> {
            columns.number(advanceHeads(transaction, columns));
            StoredBatch stored = insert(transaction, columns);
            if (stored.duplicates() > 0) {
                takeBackUnread(transaction, columns, stored);
            }
            return stored;
        });
    }

    @Override
    public Set<String> locked(Collection<String> userIds) {
        String[] users = userIds.toArray(String[]::new);
        return Set.of(SqlArrays.texts(database.execute().createGet(LOCKED).addParam(users).addParam(users).execute()
                .orElseThrow().column(1)));
    }

    /** At most {@value #PAGE_BYTES} bytes, but for a single row. */
    @Override
    public Page page(String userId, long after, long openUntil, int limit) {
        return database.execute().createGet(PAGE).addParam(userId).addParam(PAGE_BYTES).addParam(after)
                .addParam(openUntil).addParam(openUntil).addParam(limit).execute().map(row -> page(userId, row, limit))
                .orElseThrow();
    }

    private static Page page(String userId, DbRow row, int limit) {
        long generation = row.column(4).get(Long.class);
        long found = row.column(5).get(Long.class);
        long[] seqs = SqlArrays.numbers(row.column(6));
        long[] ids = SqlArrays.numbers(row.column(7));
        String[] messages = SqlArrays.texts(row.column(8));
        String[] metadata = SqlArrays.texts(row.column(9));
        Instant[] sentAts = SqlArrays.times(row.column(10));
        Instant[] readAts = SqlArrays.times(row.column(11));
        List<Delivery> rows = new ArrayList<>(seqs.length);
        for (int i = 0; i < seqs.length; i++) {
            rows.add(new Delivery(userId, generation, seqs[i], ids[i], messages[i], metadata[i], sentAts[i],
                    readAts[i]));
        }
        return new Page(rows, generation, row.column(1).get(Long.class), row.column(2).get(Long.class),
                row.column(3).get(Long.class), found < limit && seqs.length == found);
    }

    @Override
    public Map<String, Head> heads(Collection<String> userIds) {
        try (Stream<DbRow> rows = database.execute().createQuery(HEADS).addParam(userIds.toArray(String[]::new))
                .execute()) {
            Map<String, Head> heads = new HashMap<>();
            rows.forEach(row -> heads.put(row.column(1).get(String.class), new Head(row.column(2).get(Long.class),
                    row.column(3).get(Long.class), row.column(4).get(Boolean.class))));
            return heads;
        }
    }

    @Override
    public Marked markDelivered(Collection<Proof> proofs) {
        try {
            // a transaction, because behind a bouncer only that has a limit for locks
            return Transaction.run(database,
                    transaction -> new Marked(bound(transaction.createDmlStatement(MARK_DELIVERED), proofs).execute(),
                            Set.of()));
        } catch (DbClientException failure) {
            if (SqlState.isLock(failure)) {
                return markUnlocked(proofs);
            }
            throw failure;
        }
    }

    @Override
    public Marked markUnlocked(Collection<Proof> proofs) {
        DbRow row = bound(database.execute().createGet(MARK_UNLOCKED), proofs).execute().orElseThrow();
        return new Marked(row.column(1).get(Long.class), Set.of(SqlArrays.texts(row.column(2))));
    }

    private static <S extends DbStatement<S>> S bound(S statement, Collection<Proof> proofs) {
        return statement.addParam(proofs.stream().map(Proof::userId).toArray(String[]::new))
                .addParam(proofs.stream().mapToLong(Proof::generation).toArray())
                .addParam(proofs.stream().mapToLong(Proof::after).toArray())
                .addParam(proofs.stream().mapToLong(Proof::upTo).toArray());
    }

    @Override
    public void settle(Map<String, Settled> upTo) {
        database.execute().createDmlStatement(SETTLE).addParam(upTo.keySet().toArray(String[]::new))
                .addParam(upTo.values().stream().mapToLong(Settled::generation).toArray())
                .addParam(upTo.values().stream().mapToLong(Settled::upTo).toArray()).execute();
    }

    private static Map<String, Head> advanceHeads(DbTransaction transaction, Batch batch) {
        DbRow row = transaction.createGet(ADVANCE_HEADS).addParam(batch.users()).addParam(batch.counts())
                .addParam(batch.fresh()).execute().orElseThrow();
        String[] users = SqlArrays.texts(row.column(1));
        long[] seqs = SqlArrays.numbers(row.column(2));
        long[] generations = SqlArrays.numbers(row.column(3));
        Map<String, Head> heads = HashMap.newHashMap(users.length);
        for (int i = 0; i < users.length; i++) {
            heads.put(users[i], new Head(seqs[i], generations[i], false));
        }
        return heads;
    }

    private static StoredBatch insert(DbTransaction transaction, Batch batch) {
        DbRow answer = transaction.createGet(INSERT).addParam(batch.userIds()).addParam(batch.seqs())
                .addParam(batch.notificationIds()).addParam(batch.messages()).addParam(batch.metadata())
                .addParam(batch.sentAts()).addParam(batch.readAts()).execute().orElseThrow();
        Instant now = answer.column(1).get(Timestamp.class).toInstant();
        BitSet duplicates = new BitSet();
        for (long place : SqlArrays.numbers(answer.column(2))) {
            duplicates.set((int) place - 1);
        }
        List<Delivery> rows = new ArrayList<>(batch.size());
        Set<String> duplicateUsers = new HashSet<>();
        for (int i = 0; i < batch.size(); i++) {
            NewDelivery given = batch.row(i);
            if (duplicates.get(i)) {
                duplicateUsers.add(given.userId());
            } else {
                rows.add(new Delivery(given.userId(), batch.generations()[i], batch.seqs()[i], given.notificationId(),
                        given.message(), given.metadata(), given.sentAt() == null ? now : given.sentAt(),
                        given.readAt()));
            }
        }
        return new StoredBatch(rows, batch.size() - rows.size(), duplicateUsers);
    }

    private static void takeBackUnread(DbTransaction transaction, Batch batch, StoredBatch stored) {
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
}
