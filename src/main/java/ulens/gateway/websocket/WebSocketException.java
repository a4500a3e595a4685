package ulens.gateway.websocket;

/** The peer broke RFC 6455, or sent more than it may; the connection ends with the close code. */
public final class WebSocketException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    WebSocketException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** {@return the code for the close frame, see {@link CloseCode}} */
    public int code() {
        return code;
    }
}
