package ulens.gateway.socketio;

/** A client has broken the protocol. The message never quotes what the client sent. */
final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedPacketException(String message) {
        super(message, null, false, false);
    }
}
