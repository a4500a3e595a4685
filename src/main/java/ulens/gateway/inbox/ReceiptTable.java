package ulens.gateway.inbox;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import ulens.gateway.database.Transaction;
import ulens.gateway.outbox.OutboxTable;
import ulens.gateway.stream.DeliveryTable;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The SQL of read receipts: rows become read, the unread count goes down, and the event goes into the outbox, all in
 * one statement. What it writes is written by the parts of it that the owners of the tables give. Failures come as
 * {@link DbClientException}.
 */
public final class ReceiptTable implements ReceiptStore {
    // A statement of its own: what follows must see what the former holder of a lock has committed. Sorted, so that
    // two nodes that read for the same users wait for each other instead of deadlocking.
    private static final String LOCK = """
            select user_id, unread from inbox where user_id = any(?) order by user_id for update
            """;

    // Rows are locked in the order of the primary key, as the marking of deliveries does.
    private static final String READ = """
            with asked as materialized (
                select u, id from unnest(?::text[], ?::bigint[]) as given(u, id)
            ), mine as materialized (
                select d.user_id, d.seq, d.notification_id, d.read_at
                from asked join delivery d on d.user_id = u and d.notification_id = id
                order by d.user_id, d.seq for update of d
            ), now_read as (
            """ + DeliveryTable.MARK_READ + """
            ), reads as (
                select user_id, count(*) as n, jsonb_agg(notification_id order by seq) as ids, min(read_at) as read_at
                from now_read group by user_id
            ), counted as (
            """ + DeliveryTable.COUNT_READ + """
            ), events as (
                select 'notification.read' as routing_key, jsonb_build_object(
                    'messageId', gen_random_uuid(), 'eventType', 'notification.read', 'userId', user_id,
                    'notificationIds', ids,
                    'readAt', to_char(read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as payload
                from reads
            ), queued as (
            """ + OutboxTable.INSERT + """
            )
            select user_id, notification_id,
                   coalesce(read_at, date_trunc('milliseconds', statement_timestamp())), read_at is null
            from mine
            order by user_id, seq
            """;

    private static final String END = """
            select i.last_seq, now.generation # i.generation from generation_now now join inbox i on i.user_id = ?
            """;

    // None where the database has gone back in time: what is stored under these seq numbers now, nobody has read.
    private static final String UNREAD = """
            select notification_id from delivery
            where user_id = ? and seq <= ? and read_at is null
              and (select now.generation # i.generation from generation_now now join inbox i on i.user_id = ?) = ?
            order by seq limit ?
            """;

    private final DbClient database;

    /**
     * The tables of a database.
     *
     * @param database
     *            where they are
     */
    public ReceiptTable(DbClient database) {
        this.database = database;
    }

    @Override
    public Map<String, Read> read(List<Request> requests) {
        return Transaction.run(database, transaction -> {
            Map<String, Long> unread = lock(transaction, requests);
            Map<String, List<Row>> rows = mark(transaction,
                    requests.stream().filter(request -> unread.containsKey(request.userId())).toList());
            return requests.stream().collect(
                    Collectors.toMap(Request::userId, request -> result(rows.getOrDefault(request.userId(), List.of()),
                            unread.getOrDefault(request.userId(), 0L))));
        });
    }

    @Override
    public End end(String userId) {
        return database.execute().createGet(END).addParam(userId).execute()
                .map(row -> new End(row.column(1).get(Long.class), row.column(2).get(Long.class)))
                .orElse(new End(0, 0));
    }

    @Override
    public Set<Long> unreadIds(String userId, End upTo, int limit) {
        try (Stream<DbRow> rows = database.execute().createQuery(UNREAD).addParam(userId).addParam(upTo.seq())
                .addParam(userId).addParam(upTo.generation()).addParam(limit).execute()) {
            Set<Long> ids = new LinkedHashSet<>();
            rows.forEach(row -> ids.add(row.column(1).get(Long.class)));
            return ids;
        }
    }

    /** Returns the unread counts; users without any row are missing. */
    private static Map<String, Long> lock(DbTransaction transaction, List<Request> requests) {
        String[] users = requests.stream().map(Request::userId).toArray(String[]::new);
        try (Stream<DbRow> rows = transaction.createQuery(LOCK).addParam(users).execute()) {
            Map<String, Long> unread = new HashMap<>();
            rows.forEach(row -> unread.put(row.column(1).get(String.class), row.column(2).get(Long.class)));
            return unread;
        }
    }

    private static Map<String, List<Row>> mark(DbTransaction transaction, List<Request> requests) {
        String[] users = requests.stream().flatMap(request -> request.ids().stream().map(_ -> request.userId()))
                .toArray(String[]::new);
        if (users.length == 0) {
            return Map.of();
        }
        long[] ids = requests.stream().flatMap(request -> request.ids().stream()).mapToLong(Long::longValue).toArray();
        try (Stream<DbRow> rows = transaction.createQuery(READ).addParam(users).addParam(ids).execute()) {
            Map<String, List<Row>> marked = new HashMap<>();
            rows.forEach(row -> marked.computeIfAbsent(row.column(1).get(String.class), _ -> new ArrayList<>())
                    .add(new Row(row.column(2).get(Long.class), row.column(3).get(Timestamp.class).toInstant(),
                            row.column(4).get(Boolean.class))));
            return marked;
        }
    }

    private static Read result(List<Row> rows, long unreadBefore) {
        Set<Long> known = rows.stream().map(Row::notificationId).collect(Collectors.toCollection(LinkedHashSet::new));
        List<Row> changed = rows.stream().filter(Row::changed).toList();
        Instant readAt = (changed.isEmpty() ? rows : changed).stream().map(Row::readAt).max(Comparator.naturalOrder())
                .orElse(null);
        return new Read(known, changed.stream().map(Row::notificationId).toList(), readAt,
                unreadBefore - changed.size());
    }

    private record Row(long notificationId, Instant readAt, boolean changed) {
    }
}
