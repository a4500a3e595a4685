package ulens.gateway.rabbitmq.connection;

/**
 * Called once for each change of the connection's state, in order. Called on a thread of the connector that supervises
 * the connection: must not block.
 */
public interface ConnectionListener {

    /** The broker is usable: connected, topology in place, consumers running. */
    void connected();

    /**
     * The broker is not usable. The connector goes on trying by itself, except after its stop.
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
                // ignored
            }

            @Override
            public void disconnected(String reason) {
                // ignored
            }
        };
    }
}
