package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.BlockedListener;
import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Whether the broker blocks publishers on a connection, since its memory or disk runs out. It stops reading from that
 * connection: what is written meanwhile stays in the socket, unconfirmed, for an unlimited time. So nothing more is
 * handed over while this lasts.
 */
final class BlockedPublishers implements BlockedListener {

    private static final Logger LOGGER = System.getLogger(BlockedPublishers.class.getName());

    private final String connection;
    private volatile @Nullable String reason;

    /** {@code connection} is its name, for the log. */
    BlockedPublishers(String connection) {
        this.connection = connection;
    }

    /** {@return why publishers are blocked; null while they are not} */
    @Nullable
    String reason() {
        return reason;
    }

    /** A new AMQP connection is not blocked. */
    void forget() {
        reason = null;
    }

    @Override
    public void handleBlocked(String given) {
        String why = given == null ? "no reason given" : Failures.plain(given);
        reason = why;
        LOGGER.log(Level.WARNING, () -> "[GATEWAY][RMQ] " + connection + ": the broker blocks publishers: " + why);
    }

    @Override
    public void handleUnblocked() {
        reason = null;
        LOGGER.log(Level.INFO, () -> "[GATEWAY][RMQ] " + connection + ": the broker takes publications again");
    }
}
