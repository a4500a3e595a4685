package ulens.gateway.engineio.packet;

/** The packet types of Engine.IO 4. Their ordinal is the digit on the wire. */
public enum EnginePacketType {
    /** The session is open. */
    OPEN,
    /** The session ends. */
    CLOSE,
    /** Asks for a pong; a client may send it only to probe a new transport. */
    PING,
    /** Answers a ping. */
    PONG,
    /** A message for the application. */
    MESSAGE,
    /** The client completes the upgrade to a new transport. */
    UPGRADE,
    /** Has no content. */
    NOOP;

    private static final EnginePacketType[] BY_DIGIT = values();

    static EnginePacketType of(int digit) throws PacketException {
        int ordinal = digit - '0';
        if (ordinal < 0 || ordinal >= BY_DIGIT.length) {
            throw PacketException.invalid("unknown packet type");
        }
        return BY_DIGIT[ordinal];
    }
}
