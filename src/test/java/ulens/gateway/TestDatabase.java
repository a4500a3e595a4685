package ulens.gateway;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;

/** A schema of its own for a test class, and plain SQL on it. */
public final class TestDatabase implements AutoCloseable {
    private final DatabaseUrl server = TestServices.database();
    private final String name = "ulens_" + UUID.randomUUID().toString().replace("-", "");

    /** Creates it. */
    public TestDatabase() {
        execute(server, "create schema " + name);
    }

    /** {@return where it is} */
    public DatabaseUrl url() {
        char separator = server.jdbcUrl().indexOf('?') < 0 ? '?' : '&';
        return new DatabaseUrl(server.jdbcUrl() + separator + "currentSchema=" + name, server.user(),
                server.password());
    }

    /** {@return where it is, as an operator writes it} */
    public String environmentValue() {
        return url().jdbcUrl() + server.user().map(user -> "&user=" + user).orElse("")
                + server.password().map(password -> "&password=" + password).orElse("");
    }

    /** Runs a statement. */
    public void execute(String sql, Object... parameters) {
        try (Connection connection = connect(url());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            statement.execute();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return the first column of all rows, as text} */
    public List<String> column(String sql, Object... parameters) {
        try (Connection connection = connect(url());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return the first column of the first row, as a number} */
    public long number(String sql, Object... parameters) {
        return Long.parseLong(column(sql, parameters).getFirst());
    }

    @Override
    public void close() {
        execute(server, "drop schema if exists " + name + " cascade");
    }

    private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    private static void execute(DatabaseUrl url, String sql) {
        try (Connection connection = connect(url)) {
            connection.createStatement().execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Connection connect(DatabaseUrl url) throws SQLException {
        Properties properties = new Properties();
        url.user().ifPresent(user -> properties.setProperty("user", user));
        url.password().ifPresent(password -> properties.setProperty("password", password));
        return DriverManager.getConnection(url.jdbcUrl(), properties);
    }
}
