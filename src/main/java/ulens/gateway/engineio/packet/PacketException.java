package ulens.gateway.engineio.packet;

import ulens.gateway.websocket.CloseCode;

/** The peer sent something that is not a packet, or text that is not valid UTF-8. */
public final class PacketException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int closeCode;

    private PacketException(int closeCode, String message) {
        super(message, null, false, false);
        this.closeCode = closeCode;
    }

    static PacketException invalid(String message) {
        return new PacketException(CloseCode.PROTOCOL_ERROR, message);
    }

    static PacketException notUtf8() {
        return new PacketException(CloseCode.INVALID_DATA, "invalid UTF-8");
    }

    /** {@return the WebSocket close code for it (RFC 6455, 7.4.1)} */
    public int closeCode() {
        return closeCode;
    }
}
