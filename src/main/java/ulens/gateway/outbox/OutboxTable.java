package ulens.gateway.outbox;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import ulens.gateway.work.SqlState;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The SQL of table {@code outbox}. Failures come as {@link io.helidon.dbclient.DbClientException}. */
public final class OutboxTable {
    /**
     * Part of a statement of another package, so that an event commits with what it tells of: adds all of
     * {@code events}, which has a {@code routing_key} and a {@code payload} with a {@code messageId}.
     */
    public static final String INSERT = """
                insert into outbox (routing_key, payload) select routing_key, payload from events
            """;

    // Rows are claimed and not locked while the broker answers, so that no transaction is open during that time.
    private static final String CLAIM = """
            update outbox o
            set claimed_by = ?, claimed_until = now() + ?::bigint * interval '1 millisecond'
            from (
                select id from outbox where claimed_until is null or claimed_until < now()
                order by id limit ? for update skip locked
            ) free
            where o.id = free.id
            returning o.id, o.routing_key, o.payload::text, o.payload ->> 'messageId'
            """;

    private static final String DELETE = """
            delete from outbox where id = any(?)
            """;

    // Used after the wait for a lock has timed out: a row that another transaction has locked is left for later.
    private static final String DELETE_UNLOCKED = """
            delete from outbox
            where id in (select id from outbox where id = any(?) order by id for update skip locked)
            """;

    private static final String RELEASE = """
            update outbox set claimed_by = null, claimed_until = null
            where id in (select id from outbox where id = any(?) order by id for update skip locked)
            """;

    private static final String RENEW = """
            update outbox set claimed_by = ?, claimed_until = now() + ?::bigint * interval '1 millisecond'
            where id in (select id from outbox where id = any(?) order by id for update skip locked)
            """;

    private static final String WAITING = """
            select count(*) from outbox
            """;

    private final DbClient database;
    private final String node;

    /**
     * Creates access to the table.
     *
     * @param database
     *            the database
     * @param node
     *            name of this node, shown beside its claims
     */
    public OutboxTable(DbClient database, String node) {
        this.database = database;
        this.node = node;
    }

    List<OutboxEvent> claim(int limit, Duration claim) {
        try (Stream<DbRow> rows = database.execute().createQuery(CLAIM).addParam(node).addParam(claim.toMillis())
                .addParam(limit).execute()) {
            return rows
                    .map(row -> new OutboxEvent(row.column(1).get(Long.class), row.column(2).get(String.class),
                            row.column(4).get(String.class), row.column(3).get(String.class)))
                    .toList().stream().sorted(Comparator.comparingLong(OutboxEvent::id)).toList();
        }
    }

    void delete(Collection<Long> ids) {
        try {
            database.execute().createDmlStatement(DELETE).addParam(array(ids)).execute();
        } catch (DbClientException failure) {
            if (!SqlState.isLock(failure)) {
                throw failure;
            }
            // a locked row no longer blocks the others; its event is published again when its claim is over
            database.execute().createDmlStatement(DELETE_UNLOCKED).addParam(array(ids)).execute();
        }
    }

    void release(Collection<Long> ids) {
        database.execute().createDmlStatement(RELEASE).addParam(array(ids)).execute();
    }

    void renew(Collection<Long> ids, Duration claim) {
        database.execute().createDmlStatement(RENEW).addParam(node).addParam(claim.toMillis()).addParam(array(ids))
                .execute();
    }

    /**
     * Counts the events that the broker has not confirmed yet.
     *
     * @return their number
     */
    public long waiting() {
        return database.execute().createGet(WAITING).execute().map(row -> row.column(1).get(Long.class)).orElse(0L);
    }

    private static long[] array(Collection<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }
}
