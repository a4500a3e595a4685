package ulens.gateway.engineio;

/**
 * A packet that has come in.
 *
 * @param type
 *            its type
 * @param text
 *            what follows the type; null in a binary message
 * @param bytes
 *            the body of a binary message, else null
 */
record Received(PacketType type, String text, byte[] bytes) {
    static Received text(PacketType type, String text) {
        return new Received(type, text, null);
    }

    static Received binary(byte[] bytes) {
        return new Received(PacketType.MESSAGE, null, bytes);
    }

    boolean is(PacketType type, String text) {
        return this.type == type && text.equals(this.text);
    }
}
