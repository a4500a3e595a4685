package ulens.gateway.rabbitmq;

/**
 * Told about each change of the connection's state once, in order. Called on a thread of the connector that supervises
 * the connection: must not block.
 */
public interface ConnectionListener {

    /** The broker can be used: connected, topology in place, consumers running. */
    void connected();

    /**
     * The broker cannot be used. The connector goes on trying by itself, except after its stop.
     *
     * @param reason
     *            why, in plain words, without credentials
     */
    void disconnected(String reason);

    /**
     * A listener that does nothing.
     *
     * @return the listener
     */
    static ConnectionListener none() {
        return new ConnectionListener() {
            @Override
            public void connected() {
                // nobody wants to know
            }

            @Override
            public void disconnected(String reason) {
                // nobody wants to know
            }
        };
    }
}
