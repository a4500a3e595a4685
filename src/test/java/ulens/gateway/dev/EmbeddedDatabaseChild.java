package ulens.gateway.dev;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** A process of its own that starts a database, commits a row, says so and waits to be killed. */
final class EmbeddedDatabaseChild {
    private EmbeddedDatabaseChild() {
    }

    public static void main(String[] args) throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(args[0]));
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists committed");
            statement.execute("create table committed (id int)");
            statement.execute("insert into committed values (42)");
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
