package ulens.gateway.engineio;

/** The peer broke RFC 6455; the connection ends with the close code. */
final class WebSocketException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    WebSocketException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}
