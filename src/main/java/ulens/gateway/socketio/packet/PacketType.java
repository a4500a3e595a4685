package ulens.gateway.socketio.packet;

/** The packet types of Socket.IO protocol revision 5; the ordinal is the digit on the wire. */
public enum PacketType {
    /** Asks to join a namespace; also the answer that it was joined. */
    CONNECT,
    /** Leaves a namespace; from the server, disconnects the client from it. */
    DISCONNECT,
    /** An event with a name and arguments. */
    EVENT,
    /** The answer to an event that asked for one. */
    ACK,
    /** The refusal to join a namespace. */
    CONNECT_ERROR,
    /** An event with attachments. */
    BINARY_EVENT,
    /** An answer with attachments. */
    BINARY_ACK;

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
