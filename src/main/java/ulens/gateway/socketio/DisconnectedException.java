package ulens.gateway.socketio;

/** An answer will never come, because the client is gone. */
public final class DisconnectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    DisconnectedException(String reason) {
        super("disconnected: " + reason);
        this.reason = reason;
    }

    /** {@return why the client is gone, named as in the stock server} */
    public String reason() {
        return reason;
    }
}
