package ulens.gateway.engineio;

/**
 * What the application does with a session. Calls for one session come one at a time, in order; an exception closes
 * that session and nothing else. A call that blocks holds up the reading of that session only, so it should not block
 * for longer than a peer may be left without an answer to its pongs.
 */
public interface SessionListener {
    /**
     * A text message has come.
     *
     * @param text
     *            the message
     */
    void onText(String text);

    /**
     * A binary message has come.
     *
     * @param bytes
     *            the message
     */
    void onBinary(byte[] bytes);

    /**
     * The session has ended; called exactly once, last.
     *
     * @param reason
     *            why, in the words of the stock server: "transport close", "transport error", "ping timeout", "parse
     *            error", "forced close", "slow client", "server shutting down"
     */
    void onClose(String reason);
}
