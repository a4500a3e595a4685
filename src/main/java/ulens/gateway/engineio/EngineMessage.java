package ulens.gateway.engineio;

import java.nio.charset.StandardCharsets;

/**
 * A message on its way out. It is encoded once and may be sent to any number of sessions; it never changes.
 */
public final class EngineMessage implements Packet {
    private static final int OVERHEAD = 32;

    private final byte[] body;
    private final boolean binary;

    private EngineMessage(byte[] body, boolean binary) {
        this.body = body;
        this.binary = binary;
    }

    /**
     * A text message.
     *
     * @param text
     *            what the peer receives
     *
     * @return the message
     */
    public static EngineMessage text(String text) {
        return new EngineMessage(text.getBytes(StandardCharsets.UTF_8), false);
    }

    /**
     * A text message that is encoded already.
     *
     * @param utf8
     *            valid UTF-8; not copied, so not to be changed afterwards
     *
     * @return the message
     */
    public static EngineMessage text(byte[] utf8) {
        return new EngineMessage(utf8, false);
    }

    /**
     * A binary message.
     *
     * @param bytes
     *            what the peer receives; not copied, so not to be changed afterwards
     *
     * @return the message
     */
    public static EngineMessage binary(byte[] bytes) {
        return new EngineMessage(bytes, true);
    }

    /** {@return whether the peer receives bytes instead of text} */
    public boolean isBinary() {
        return binary;
    }

    /** {@return the body: UTF-8 of a text, or the bytes; not to be changed} */
    public byte[] body() {
        return body;
    }

    @Override
    public int cost() {
        return OVERHEAD + body.length;
    }
}
