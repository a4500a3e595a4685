package ulens.gateway.engineio;

/** What a peer sent is not a packet, or not valid UTF-8 where it must be. */
final class PacketException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int closeCode;

    private PacketException(int closeCode, String message) {
        super(message, null, false, false);
        this.closeCode = closeCode;
    }

    static PacketException invalid(String message) {
        return new PacketException(Frame.PROTOCOL_ERROR, message);
    }

    static PacketException notUtf8() {
        return new PacketException(Frame.INVALID_DATA, "invalid UTF-8");
    }

    /** {@return the WebSocket close code that says so (RFC 6455, 7.4.1)} */
    int closeCode() {
        return closeCode;
    }
}
