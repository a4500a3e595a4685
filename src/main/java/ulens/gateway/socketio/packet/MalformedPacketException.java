package ulens.gateway.socketio.packet;

/** A client has broken the protocol. The message never quotes what the client sent. */
public final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * Creates the exception.
     *
     * @param message
     *            a description without any of the client's input
     */
    public MalformedPacketException(String message) {
        super(message, null, false, false);
        this.reason = message;
    }

    /** {@return what was wrong} */
    public String reason() {
        return reason;
    }
}
