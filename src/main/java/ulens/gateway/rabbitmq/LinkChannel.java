package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Connection;
import java.io.IOException;

/** Something that lives on a channel of a {@link Link} and is put on a new one when the old one is gone. */
interface LinkChannel {

    /** Whether it needs (again) a channel. */
    boolean detached();

    /**
     * Opens a channel and goes to work on it.
     *
     * @param connection
     *            where
     * @param onLost
     *            to be called when the channel is gone, from any thread
     *
     * @throws IOException
     *             it did not work; called again later
     */
    void attach(Connection connection, Runnable onLost) throws IOException;

    /** Why the last channel is gone. */
    String lostBecause();

    /** The connection is about to be closed for good: last chance to finish. */
    void beforeClose();
}
