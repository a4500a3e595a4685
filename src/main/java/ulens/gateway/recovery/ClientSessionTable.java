package ulens.gateway.recovery;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbRow;
import ulens.gateway.stream.Head;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The SQL of tables {@code client_session} and {@code node}. Failures come as DbClientException. */
public final class ClientSessionTable {
    // Sorted, so that two nodes do not deadlock. The state of an older connection comes too late and changes nothing.
    private static final String WRITE = """
            insert into client_session (pid, user_id, sid, node, epoch, subscribed, proved_seq, generation,
                                        resumable, disconnected_at, reason)
            select p, u, s, ?, e, sub, seq, g, r, case when why is not null then now() end, why
            from unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::bool[], ?::bigint[], ?::bigint[],
                        ?::bool[], ?::text[]) as given(p, u, s, e, sub, seq, g, r, why)
            order by p
            on conflict (pid) do update
            set node = excluded.node, epoch = excluded.epoch, subscribed = excluded.subscribed,
                proved_seq = excluded.proved_seq, generation = excluded.generation,
                resumable = excluded.resumable, reason = excluded.reason,
                disconnected_at = excluded.disconnected_at,
                connected_at = case when client_session.epoch < excluded.epoch then now()
                                    else client_session.connected_at end
            where client_session.epoch < excluded.epoch
               or client_session.epoch = excluded.epoch and client_session.node = excluded.node
            """;

    // Never waits for a lock. The locks that it takes end with the statement: they only show which rows are free.
    private static final String LOCKED = """
            with free as materialized (
                select pid from client_session where pid = any(?) order by pid for update skip locked
            )
            select s.pid from client_session s where s.pid = any(?) and not exists (select from free where pid = s.pid)
            """;

    private static final String FIND = """
            select s.pid, s.user_id, s.sid, s.epoch, s.subscribed, s.proved_seq, s.generation
            from client_session s
            where s.pid = any(?) and s.resumable
              and (s.disconnected_at is null or s.disconnected_at > now() - ?::bigint * interval '1 millisecond')
            """;

    private static final String TAKEN_OVER = """
            select s.pid from client_session s
            join unnest(?::text[], ?::int[]) as own(pid, epoch) on own.pid = s.pid
            where s.epoch > own.epoch or s.epoch = own.epoch and s.node <> ?
            """;

    private static final String SEEN = """
            insert into node (name) values (?) on conflict (name) do update set seen_at = now()
            """;

    private static final String GONE = """
            update client_session s
            set disconnected_at = n.seen_at, reason = 'node gone'
            from node n
            where n.name = s.node and n.seen_at < now() - interval '30 seconds' and s.disconnected_at is null
            """;

    private static final String FORGET = """
            delete from client_session
            where pid in (select pid from client_session
                          where disconnected_at < now() - ?::bigint * interval '1 millisecond' limit ?
                          for update skip locked)
            """;

    private static final String FORGET_NODES = """
            delete from node n
            where n.seen_at < now() - interval '1 day'
              and not exists (select from client_session s where s.node = n.name)
            """;

    private static final long MOST_FORGOTTEN = 1_000;

    private final DbClient database;
    private final String node;
    private final Function<Collection<String>, Map<String, Head>> heads;

    /**
     * Creates access to the tables.
     *
     * @param database
     *            the database
     * @param node
     *            name of this node
     * @param heads
     *            reads the heads of streams; users without one are missing in the result
     */
    public ClientSessionTable(DbClient database, String node, Function<Collection<String>, Map<String, Head>> heads) {
        this.database = database;
        this.node = node;
        this.heads = heads;
    }

    void write(Collection<ClientSession> sessions) {
        database.execute().createDmlStatement(WRITE).addParam(node).addParam(texts(sessions, ClientSession::pid))
                .addParam(texts(sessions, ClientSession::userId)).addParam(texts(sessions, ClientSession::sid))
                .addParam(sessions.stream().mapToInt(ClientSession::epoch).toArray())
                .addParam(sessions.stream().map(ClientSession::subscribed).toArray(Boolean[]::new))
                .addParam(sessions.stream().mapToLong(ClientSession::provedSeq).toArray())
                .addParam(sessions.stream().mapToLong(ClientSession::generation).toArray())
                .addParam(sessions.stream().map(ClientSession::resumable).toArray(Boolean[]::new))
                .addParam(texts(sessions, ClientSession::ended)).execute();
    }

    /** {@return those of these sessions that another transaction has locked at this moment} */
    Set<String> locked(Collection<String> pids) {
        String[] asked = pids.toArray(String[]::new);
        try (Stream<DbRow> rows = database.execute().createQuery(LOCKED).addParam(asked).addParam(asked).execute()) {
            return rows.map(row -> row.column(1).get(String.class)).collect(Collectors.toSet());
        }
    }

    Map<String, StoredSession> find(Collection<String> pids, Duration within) {
        List<ClientSession> sessions = sessions(pids, within);
        Map<String, Head> last = sessions.isEmpty() ? Map.of()
                : heads.apply(sessions.stream().map(ClientSession::userId).distinct().toList());
        return sessions.stream().collect(Collectors.toMap(ClientSession::pid,
                session -> new StoredSession(session, last.getOrDefault(session.userId(), Head.NONE))));
    }

    private List<ClientSession> sessions(Collection<String> pids, Duration within) {
        try (Stream<DbRow> rows = database.execute().createQuery(FIND).addParam(pids.toArray(String[]::new))
                .addParam(within.toMillis()).execute()) {
            return rows.map(row -> new ClientSession(row.column(1).get(String.class), row.column(2).get(String.class),
                    row.column(3).get(String.class), row.column(4).get(Integer.class), row.column(5).get(Boolean.class),
                    row.column(6).get(Long.class), row.column(7).get(Long.class), null)).toList();
        }
    }

    /** {@return those of these sessions that a later connection, or another node at the same moment, has taken over} */
    List<String> takenOver(Map<String, Integer> epochs) {
        String[] pids = epochs.keySet().toArray(String[]::new);
        int[] own = Stream.of(pids).mapToInt(epochs::get).toArray();
        try (Stream<DbRow> rows = database.execute().createQuery(TAKEN_OVER).addParam(pids).addParam(own).addParam(node)
                .execute()) {
            return rows.map(row -> row.column(1).get(String.class)).toList();
        }
    }

    /** Writes the heartbeat of this node. */
    void alive() {
        database.execute().createDmlStatement(SEEN).addParam(node).execute();
    }

    /** Deletes the rows of nodes and clients that are gone. */
    void tidy(Duration keep) {
        database.execute().createDmlStatement(GONE).execute();
        long removed = MOST_FORGOTTEN;
        while (removed == MOST_FORGOTTEN) {
            removed = database.execute().createDmlStatement(FORGET).addParam(keep.toMillis()).addParam(MOST_FORGOTTEN)
                    .execute();
        }
        database.execute().createDmlStatement(FORGET_NODES).execute();
    }

    private static String[] texts(Collection<ClientSession> sessions, Function<ClientSession, String> field) {
        return sessions.stream().map(field).toArray(String[]::new);
    }
}
