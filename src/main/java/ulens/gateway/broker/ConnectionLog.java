package ulens.gateway.broker;

import ulens.gateway.rabbitmq.connection.ConnectionListener;

import java.util.function.BooleanSupplier;

/**
 * Logs when the connection is made and lost.
 *
 * @param stopping
 *            whether the gateway is stopping, so that a lost connection is no problem
 */
record ConnectionLog(BooleanSupplier stopping) implements ConnectionListener {
    private static final System.Logger LOGGER = System.getLogger(ConnectionLog.class.getName());

    @Override
    public void connected() {
        LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][RMQ] connected");
    }

    @Override
    public void disconnected(String reason) {
        // no warning during a stop
        LOGGER.log(stopping.getAsBoolean() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                "[GATEWAY][RMQ] disconnected: {0}", reason);
    }
}
