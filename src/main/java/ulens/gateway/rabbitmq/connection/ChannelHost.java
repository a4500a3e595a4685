package ulens.gateway.rabbitmq.connection;

/** Gives its channels a connection, and another one when that is lost. */
public interface ChannelHost {

    /**
     * Adds a channel, and connects if it is the first one.
     *
     * @param channel
     *            is attached soon, and again whenever it is detached
     */
    void add(RecoveringChannel channel);

    /** Prepares again and attaches what is detached, soon, though nothing has broken. */
    void attachAgain();
}
