package ulens.gateway.intake;

/** Headers of messages that could not be stored; producers and operators read them. */
final class FailureHeaders {
    /** The number of retries. */
    static final String RETRIES = "x-retries";
    /** The reason. */
    static final String ERROR = "x-error";
    /** The reason of a dead letter that waits in the retry queue. */
    static final String DEAD_LETTER_REASON = "x-dead-letter-reason";
    /** Present if headers were cut. */
    static final String CUT = "x-cut";
    /** The producer's kind of event, which a retry must keep. */
    static final String EVENT = "x-event";

    private FailureHeaders() {
    }
}
