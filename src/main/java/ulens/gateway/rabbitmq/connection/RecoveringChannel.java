package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.Connection;

import java.io.IOException;

/** A user of a channel of a {@link RecoveringConnection}, which gets a new channel when the last one is lost. */
public interface RecoveringChannel {

    /** {@return whether it needs a channel, or another one} */
    boolean detached();

    /**
     * Opens a channel and begins to use it.
     *
     * @param connection
     *            the connection
     * @param onLost
     *            to be called when the channel is gone, from any thread
     *
     * @throws IOException
     *             the channel could not be opened or used; called again later
     */
    void attach(Connection connection, Runnable onLost) throws IOException;

    /** {@return a description of why the last channel is gone} */
    String lostBecause();

    /** The connection is about to be closed for good: the last chance to finish. */
    void beforeClose();
}
