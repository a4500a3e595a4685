package ulens.gateway.engineio.packet;

import org.jspecify.annotations.Nullable;

/**
 * An incoming packet.
 *
 * @param type
 *            its type
 * @param text
 *            the text behind the type; empty in a binary message
 * @param bytes
 *            the body of a binary message, else null
 */
public record Received(EnginePacketType type, String text, byte @Nullable [] bytes) {
    /**
     * Makes a packet that is no binary message.
     *
     * @param type
     *            its type
     * @param text
     *            the text behind the type
     *
     * @return the packet
     */
    public static Received text(EnginePacketType type, String text) {
        return new Received(type, text, null);
    }

    /**
     * Makes a binary message.
     *
     * @param bytes
     *            its body
     *
     * @return the packet
     */
    public static Received binary(byte[] bytes) {
        return new Received(EnginePacketType.MESSAGE, "", bytes);
    }

    /**
     * Compares this packet with a type and text.
     *
     * @param type
     *            the type
     * @param text
     *            the text behind the type
     *
     * @return whether both are equal
     */
    public boolean is(EnginePacketType type, String text) {
        return this.type == type && text.equals(this.text);
    }
}
