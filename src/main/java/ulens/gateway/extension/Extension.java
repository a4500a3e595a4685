package ulens.gateway.extension;

import io.helidon.http.Headers;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.config.DatabaseUrl;
import ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * An addition to a gateway from outside, such as the dev mode. Production has no extension, and contains none.
 */
public interface Extension extends AutoCloseable {
    /** Adds nothing. */
    Extension NONE = new Extension() {
    };

    /** {@return the database of a gateway that is configured without one} */
    default DatabaseUrl databaseUrl() {
        throw new IllegalStateException("no database is configured");
    }

    /** {@return the broker of a gateway that is configured without one} */
    default String brokerUrl() {
        throw new IllegalStateException("no broker is configured");
    }

    /** {@return translates the arguments of queues from RabbitMQ's to those of the broker in use} */
    default UnaryOperator<Map<String, Object>> queueArguments() {
        return UnaryOperator.identity();
    }

    /** {@return filters for all HTTP requests on both ports} */
    default List<Filter> filters() {
        return List.of();
    }

    /** {@return whether a request with these headers may open a WebSocket, which the filters do not see} */
    default boolean admits(Headers headers) {
        return true;
    }

    /** Adds routes to the public port. */
    default void addRoutes(HttpRouting.Builder routing, ConfirmedPublisher publisher) {
    }

    /**
     * Called when the gateway listens.
     *
     * @param port
     *            the port for clients
     * @param opsPort
     *            the port for operators
     * @param schema
     *            the schema of its tables
     * @param connected
     *            whether it is connected with the broker
     */
    default void ready(int port, int opsPort, String schema, BooleanSupplier connected) {
    }

    /** Closed last, after all parts of the gateway. */
    @Override
    default void close() {
    }
}
