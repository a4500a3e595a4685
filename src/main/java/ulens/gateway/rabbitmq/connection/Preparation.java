package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.Connection;

import java.io.IOException;

/** Prepares a connection before it is used: each new one, and again after each lost channel. */
@FunctionalInterface
public interface Preparation {

    /**
     * Prepares a connection.
     *
     * @param connection
     *            the connection
     *
     * @throws IOException
     *             the preparation failed, the message says what and why; it is tried again later
     */
    void prepare(Connection connection) throws IOException;
}
