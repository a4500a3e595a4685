package ulens.gateway.engineio;

/** A WebSocket on its way to become the transport of a session. Guarded by the session's lock. */
final class Upgrade {
    private final WebSocket socket;
    private final long due;
    private boolean probed;

    /**
     * @param socket
     *            the candidate
     * @param due
     *            when it must have taken over
     */
    Upgrade(WebSocket socket, long due) {
        this.socket = socket;
        this.due = due;
    }

    boolean isBy(WebSocket candidate) {
        return socket == candidate;
    }

    long due() {
        return due;
    }

    /** The WebSocket works in both directions. */
    void probed() {
        probed = true;
    }

    boolean isProbed() {
        return probed;
    }

    void drop() {
        socket.end(Frame.NORMAL);
    }
}
