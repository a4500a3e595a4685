package ulens.gateway.engineio;

/**
 * The application's side of a session. Calls for one session come one at a time, in order; an exception closes that
 * session and nothing else. A call that blocks holds up the reading of that session only, so it should not block for
 * longer than the ping timeout: the peer's pongs are not read meanwhile.
 */
public interface SessionListener {
    /**
     * Handles a text message.
     *
     * @param text
     *            the message
     */
    void onText(String text);

    /**
     * Handles a binary message.
     *
     * @param bytes
     *            the message
     */
    void onBinary(byte[] bytes);

    /**
     * Handles the end of the session. Called exactly once, as the last call.
     *
     * @param reason
     *            the reason, named as in the stock server: "transport close", "transport error", "ping timeout", "parse
     *            error", "forced close", "slow client", "server shutting down"
     */
    void onClose(String reason);
}
