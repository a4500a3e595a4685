package ulens.gateway.socketio;

/** The packet types of Socket.IO protocol revision 5; the ordinal is the digit on the wire. */
enum PacketType {
    CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK;

    private static final PacketType[] ALL = values();

    static PacketType of(char digit) {
        int index = digit - '0';
        if (index < 0 || index >= ALL.length) {
            throw new MalformedPacketException("unknown packet type");
        }
        return ALL[index];
    }

    char digit() {
        return (char) ('0' + ordinal());
    }

    boolean isBinary() {
        return this == BINARY_EVENT || this == BINARY_ACK;
    }

    /** {@return the type that the packet has once its attachments are in place} */
    PacketType reassembled() {
        return switch (this) {
            case BINARY_EVENT -> EVENT;
            case BINARY_ACK -> ACK;
            default -> this;
        };
    }
}
