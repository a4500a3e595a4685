package ulens.gateway.faults;

import ulens.gateway.dev.EmbeddedDatabase;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The PostgreSQL of the fault suite alone, so that it can be stopped, with plain SQL that bypasses all proxies. */
final class FaultDatabase implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final String url;
    private final String own;
    private EmbeddedDatabase server;

    FaultDatabase(Path folder) {
        this.folder = folder;
        this.server = EmbeddedDatabase.start(folder);
        this.port = server.port();
        this.url = server.jdbcUrl();
        // this suite's own sessions can write even while the database is read-only
        this.own = url + "&options=-c%20default_transaction_read_only=off";
        // undoes changes of an interrupted run
        writable();
    }

    int port() {
        return port;
    }

    /** {@return its URL through a proxy, with a schema} */
    String url(int proxyPort, String schema) {
        return url.replace(":" + port + "/", ":" + proxyPort + "/") + "&currentSchema=" + schema;
    }

    void stop() {
        server.close();
    }

    void start() {
        server = EmbeddedDatabase.start(folder, port);
    }

    /** Ends all sessions of the gateway. */
    long terminateBackends() {
        return query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ulens-gateway'")
                .size();
    }

    /** New sessions can only read. */
    void readOnly() {
        execute("alter database " + name() + " set default_transaction_read_only = on");
    }

    /** New sessions can write. */
    void writable() {
        execute("alter database " + name() + " reset default_transaction_read_only");
    }

    private String name() {
        return query("select current_database()").getFirst().getFirst();
    }

    void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(own);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return all columns of all rows as text} */
    List<List<String>> query(String sql) {
        try (Connection connection = DriverManager.getConnection(own);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<List<String>> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                all.add(row);
            }
            return all;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    long number(String sql) {
        return Long.parseLong(query(sql).getFirst().getFirst());
    }

    @Override
    public void close() {
        server.close();
    }
}
