package ulens.gateway.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A connection that changes the text of statements before they are prepared, and may run a statement at the begin of
 * each transaction.
 *
 * @param connection
 *            the connection to the database
 * @param change
 *            changes the text of each statement
 * @param begin
 *            the first statement of each transaction, if there is one
 */
record PreparedConnection(Connection connection, UnaryOperator<String> change, Optional<String> begin)
        implements InvocationHandler {

    static Connection of(Connection connection, UnaryOperator<String> change, Optional<String> begin) {
        return (Connection) Proxy.newProxyInstance(PreparedConnection.class.getClassLoader(),
                new Class<?>[] { Connection.class }, new PreparedConnection(connection, change, begin));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().startsWith("prepare") && arguments != null && arguments[0] instanceof String sql) {
            arguments[0] = change.apply(sql);
        }
        try {
            Object result = method.invoke(connection, arguments);
            if (begin.isPresent() && method.getName().equals("setAutoCommit") && Boolean.FALSE.equals(arguments[0])) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(begin.get());
                }
            }
            return result;
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }
}
