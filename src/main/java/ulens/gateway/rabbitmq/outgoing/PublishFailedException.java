package ulens.gateway.rabbitmq.outgoing;

/** The broker did not confirm a {@link Publication}. */
public final class PublishFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * A failure.
     *
     * @param reason
     *            its kind
     * @param message
     *            what happened, for the log
     */
    public PublishFailedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    PublishFailedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * The reason of the failure.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Whether the broker may have the message nevertheless, so that a repeat may duplicate it.
     *
     * @return true if the outcome is unknown, false if the message certainly was not accepted
     */
    public boolean outcomeUnknown() {
        return reason == Reason.CONNECTION_LOST;
    }

    /** Why a publication was not confirmed. */
    public enum Reason {
        /** The broker refused it (queue full, internal error; on Qpid also: unroutable). */
        NACKED,
        /** It was mandatory and no queue is bound for it. */
        UNROUTABLE,
        /** It was sent, and the connection or channel was lost before the confirm came. */
        CONNECTION_LOST,
        /**
         * It was never sent: there is no connection, the broker blocks publishers, or the connector is stopped or not
         * started.
         */
        NOT_SENT,
        /** It was never sent, and never will be: its properties can't be encoded, or do not fit a frame. */
        UNFIT
    }
}
