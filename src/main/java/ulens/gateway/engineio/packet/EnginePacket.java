package ulens.gateway.engineio.packet;

import java.nio.charset.StandardCharsets;

/**
 * An outgoing packet, before a transport encodes it. It is immutable, and may be queued for any number of sessions.
 *
 * @param form
 *            the kind of packet
 * @param body
 *            content of a message, as UTF-8 or bytes; the complete packet if it is no message
 */
public record EnginePacket(Form form, byte[] body) {
    /** A ping, which asks for a pong. */
    public static final EnginePacket PING = control("2");
    /** A noop, which answers a poll without content. */
    public static final EnginePacket NOOP = control("6");
    /** A close packet. */
    public static final EnginePacket CLOSE = control("1");

    private static final int OVERHEAD = 32;

    /** The kinds of packets. */
    public enum Form {
        /** A text message. */
        TEXT,
        /** A binary message. */
        BINARY,
        /** No message but a packet of the session itself. */
        CONTROL
    }

    private static EnginePacket control(String text) {
        return new EnginePacket(Form.CONTROL, text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Makes the open packet of a session.
     *
     * @param sid
     *            the id of the session
     * @param upgradable
     *            whether the client may upgrade to a WebSocket
     * @param pingInterval
     *            milliseconds between two heartbeats
     * @param pingTimeout
     *            milliseconds that the client may take to answer one
     * @param maxPayload
     *            largest message, and largest POST body, in bytes
     *
     * @return the packet
     */
    public static EnginePacket open(String sid, boolean upgradable, long pingInterval, long pingTimeout,
            int maxPayload) {
        return control("0{\"sid\":\"" + sid + "\",\"upgrades\":" + (upgradable ? "[\"websocket\"]" : "[]")
                + ",\"pingInterval\":" + pingInterval + ",\"pingTimeout\":" + pingTimeout + ",\"maxPayload\":"
                + maxPayload + "}");
    }

    /** {@return bytes that it counts for in a queue: its body and the overhead of the object} */
    public int cost() {
        return form == Form.CONTROL ? body.length : OVERHEAD + body.length;
    }
}
