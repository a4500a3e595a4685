package ulens.gateway.engineio;

import ulens.gateway.engineio.packet.EnginePacket;

import java.nio.charset.StandardCharsets;

/**
 * An outgoing message. It is encoded once, is immutable, and may be sent to any number of sessions.
 */
public final class EngineMessage {
    private final EnginePacket packet;

    private EngineMessage(EnginePacket.Form form, byte[] body) {
        packet = new EnginePacket(form, body);
    }

    /**
     * Makes a text message.
     *
     * @param text
     *            the text
     *
     * @return the message
     */
    public static EngineMessage text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes a text message that is encoded already.
     *
     * @param utf8
     *            valid UTF-8; it is not copied, so it must not be changed afterwards
     *
     * @return the message
     */
    public static EngineMessage text(byte[] utf8) {
        return new EngineMessage(EnginePacket.Form.TEXT, utf8);
    }

    /**
     * Makes a binary message.
     *
     * @param bytes
     *            the content; it is not copied, so it must not be changed afterwards
     *
     * @return the message
     */
    public static EngineMessage binary(byte[] bytes) {
        return new EngineMessage(EnginePacket.Form.BINARY, bytes);
    }

    /** {@return whether it is a binary message} */
    public boolean isBinary() {
        return packet.form() == EnginePacket.Form.BINARY;
    }

    /** {@return the UTF-8 of a text, or the bytes; they must not be changed} */
    public byte[] body() {
        return packet.body();
    }

    EnginePacket packet() {
        return packet;
    }
}
