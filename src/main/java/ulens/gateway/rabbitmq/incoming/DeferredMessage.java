package ulens.gateway.rabbitmq.incoming;

/**
 * A message that is settled by itself, later: {@link IncomingMessage#ackThrough()} of later messages skips it. It
 * counts as unsettled until then, and goes back to its queue when its channel is lost.
 */
public interface DeferredMessage {
    /**
     * Whether settling it still does something.
     *
     * @return false if its channel is gone: the broker delivers the message again
     */
    boolean live();

    /** Acknowledges the message: the broker forgets it. */
    void ack();

    /** Gives the message back to its queue. */
    void requeue();
}
