package ulens.gateway.engineio;

/**
 * The state of one session: it is open, then closing while queued packets are still written, then ended; and whether
 * its peer has been let in. Changed under the session's lock, read by any thread.
 */
final class Lifecycle {
    private enum State {
        OPEN, CLOSING, ENDED
    }

    private volatile State state = State.OPEN;
    private volatile boolean admitted = true;
    /** Set by {@link #close}, before it is closing. */
    @SuppressWarnings("NullAway.Init")
    private Closing closing;

    /**
     * The end of a closing session.
     *
     * @param reason
     *            the reason, named as in the stock server
     * @param code
     *            the WebSocket close code
     * @param due
     *            the time at which it ends at the latest, as of {@link System#nanoTime()}
     */
    record Closing(String reason, int code, long due) {
    }

    /** {@return whether it is neither closing nor ended} */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosing() {
        return state == State.CLOSING;
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    boolean goesOn() {
        return !hasEnded();
    }

    void close(Closing how) {
        closing = how;
        state = State.CLOSING;
    }

    /** {@return how the session will end; set only while it is closing} */
    Closing closing() {
        return closing;
    }

    /** {@return whether this call ended it} */
    boolean end() {
        boolean first = state != State.ENDED;
        state = State.ENDED;
        return first;
    }

    /** {@return whether its peer has been let in} */
    boolean isAdmitted() {
        return admitted;
    }

    void admitted(boolean in) {
        admitted = in;
    }
}
