package ulens.gateway.bench;

import org.flywaydb.core.Flyway;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A database of the measurement, with the gateway's tables, and plain SQL on it. */
final class Store implements AutoCloseable {
    private final String server;
    private final String name;

    /**
     * @param migrations
     *            folder of the tables' migrations
     */
    Store(String server, String name, String migrations) {
        this.server = server;
        this.name = name;
        drop();
        run(server, "create database " + name);
        Flyway.configure().dataSource(url(), null, null).locations("filesystem:" + migrations).load().migrate();
    }

    private String url() {
        return server.replaceAll("/[^/?]*\\?", "/" + name + "?");
    }

    /** {@return its URL, as an operator writes it} */
    String address() {
        return url();
    }

    /** {@return its URL for clients in Node} */
    String uri() {
        return url().replaceFirst("jdbc:postgresql://([^/]*)/([^?]*)\\?user=(.*)", "postgresql://$3@$1/$2");
    }

    void run(String sql) {
        run(url(), sql);
    }

    private static void run(String on, String sql) {
        try (Connection connection = DriverManager.getConnection(on);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    long number(String sql) {
        return Long.parseLong(text(sql));
    }

    String version() {
        return text("show server_version").replaceAll(" .*", "");
    }

    private String text(String sql) {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Counts users whose last row is not marked as delivered. */
    static final String LAST_OPEN = """
            select count(*) from inbox join delivery using (user_id) where seq = last_seq and delivered_at is null""";

    /** Empties the tables of the gateway and of the peer; no client may be on line. */
    void clear() {
        run("truncate inbox, delivery, outbox, client_session");
        run("do $$ begin if to_regclass('seed_notification') is not null then truncate seed_notification; end if; end $$");
    }

    /** Marks all open rows as delivered and read. */
    void settle() {
        run("update delivery set delivered_at = coalesce(delivered_at, now()), read_at = now() where read_at is null");
        run("update inbox set unread = 0 where unread > 0");
        run("do $$ begin if to_regclass('seed_notification') is not null then update seed_notification"
                + " set delivered_at = coalesce(delivered_at, now()), read_at = now() where read_at is null; end if; end $$");
    }

    /** Adds rows for users who are away. */
    void fill(Tally tally, int users) {
        run("""
                with given as (
                    select 'u-' || (g %% %2$d) as u, count(*) as n from generate_series(0, %3$d - 1) g group by 1
                ), heads as (
                    insert into inbox (user_id, last_seq, unread) select u, n, n from given
                    on conflict (user_id) do update
                    set last_seq = inbox.last_seq + excluded.last_seq, unread = inbox.unread + excluded.unread
                    returning user_id, last_seq, (select n from given where u = user_id) as n
                )
                insert into delivery (user_id, seq, notification_id, message, sent_at)
                select h.user_id, h.last_seq - h.n + 1 + g / %2$d, %1$d + g, repeat('The quick brown fox. ', 7), now()
                from generate_series(0, %3$d - 1) g join heads h on h.user_id = 'u-' || (g %% %2$d)
                """.formatted(tally.base(), users, tally.expected()));
        run("analyze delivery");
    }

    /** The same in the peer's table, which it has created. */
    void fillPeer(Tally tally, int users) {
        run("""
                insert into seed_notification (user_id, notification_id, message, sent_at)
                select 'u-' || (g %% %2$d), %1$d + g, repeat('The quick brown fox. ', 7), now()
                from generate_series(0, %3$d - 1) g
                """.formatted(tally.base(), users, tally.expected()));
        run("analyze seed_notification");
    }

    /** Adds the history of many users, including those that will be on line: rows that are delivered and read. */
    void grow(int users, int rowsEach) {
        run("alter table delivery drop constraint delivery_pkey, drop constraint delivery_notification_key");
        run("insert into inbox (user_id, last_seq) select 'u-' || u, %d from generate_series(0, %d) u"
                .formatted(rowsEach, users - 1));
        run("""
                insert into delivery (user_id, seq, notification_id, message, sent_at, delivered_at, read_at)
                select 'u-' || u, s, -s, repeat('The quick brown fox. ', 7), now(), now(), now()
                from generate_series(1, %d) s cross join generate_series(0, %d) u
                """.formatted(rowsEach, users - 1));
        run("""
                set maintenance_work_mem = '1GB';
                alter table delivery add constraint delivery_pkey primary key (user_id, seq),
                                     add constraint delivery_notification_key unique (user_id, notification_id)
                """);
        run("vacuum (freeze, analyze) delivery");
        run("checkpoint");
    }

    private void drop() {
        run(server, "drop database if exists " + name + " with (force)");
    }

    @Override
    public void close() {
        drop();
    }
}
