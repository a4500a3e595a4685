package ulens.gateway.engineio;

/** The packet types of Engine.IO 4; on the wire they are their ordinal as a digit. */
enum PacketType {
    OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP;

    private static final PacketType[] BY_DIGIT = values();

    static PacketType of(int digit) throws PacketException {
        int ordinal = digit - '0';
        if (ordinal < 0 || ordinal >= BY_DIGIT.length) {
            throw PacketException.invalid("unknown packet type");
        }
        return BY_DIGIT[ordinal];
    }
}
