package ulens.gateway.engineio.packet;

import ulens.gateway.websocket.StrictUtf8;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Encodes and decodes payloads of the polling transport: packets as text, separated by U+001E, binary messages as
 * {@code b} and base64.
 */
public final class Payload {
    /** Separates two packets. */
    public static final byte SEPARATOR = 0x1e;

    private Payload() {
    }

    /**
     * Computes the size of a packet in a payload.
     *
     * @param packet
     *            the packet
     *
     * @return its bytes, including a separator
     */
    public static int size(EnginePacket packet) {
        int body = packet.body().length;
        return switch (packet.form()) {
            case BINARY -> 2 + (body + 2) / 3 * 4;
            case TEXT -> 2 + body;
            case CONTROL -> 1 + body;
        };
    }

    /**
     * Encodes packets as a payload.
     *
     * @param packets
     *            the packets, in order
     *
     * @return the payload
     */
    public static byte[] encode(List<EnginePacket> packets) {
        int size = -1;
        for (EnginePacket packet : packets) {
            size += size(packet);
        }
        byte[] out = new byte[Math.max(0, size)];
        int at = 0;
        for (EnginePacket packet : packets) {
            if (at > 0) {
                out[at++] = SEPARATOR;
            }
            at = put(packet, out, at);
        }
        return out;
    }

    private static int put(EnginePacket packet, byte[] out, int start) {
        byte[] body = packet.body();
        int at = start;
        switch (packet.form()) {
            case BINARY -> {
                out[at++] = 'b';
                body = Base64.getEncoder().encode(body);
            }
            case TEXT -> out[at++] = '4';
            case CONTROL -> {
                // the body includes the type
            }
        }
        System.arraycopy(body, 0, out, at, body.length);
        return at + body.length;
    }

    /**
     * Decodes a payload.
     *
     * @param bytes
     *            the payload
     * @param maxPackets
     *            most packets allowed
     *
     * @return the packets, at least one
     *
     * @throws PacketException
     *             if any part of it is not a packet, or there are too many
     */
    public static List<Received> decode(byte[] bytes, int maxPackets) throws PacketException {
        List<Received> packets = new ArrayList<>(1);
        int from = 0;
        while (from <= bytes.length) {
            int to = from;
            while (to < bytes.length && bytes[to] != SEPARATOR) {
                to++;
            }
            if (packets.size() == maxPackets) {
                throw PacketException.invalid("too many packets");
            }
            packets.add(decodeOne(bytes, from, to - from));
            from = to + 1;
        }
        return packets;
    }

    private static Received decodeOne(byte[] bytes, int offset, int length) throws PacketException {
        if (length > 0 && bytes[offset] == 'b') {
            byte[] base64 = withoutLineBreaks(bytes, offset + 1, length - 1);
            try {
                return Received.binary(Base64.getDecoder().decode(base64));
            } catch (IllegalArgumentException e) {
                throw PacketException.invalid("invalid base64");
            }
        }
        return decodeText(bytes, offset, length);
    }

    // The official Java client breaks its base64 into lines.
    private static byte[] withoutLineBreaks(byte[] bytes, int offset, int length) {
        byte[] kept = new byte[length];
        int count = 0;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] != '\n' && bytes[i] != '\r') {
                kept[count++] = bytes[i];
            }
        }
        return count == length ? kept : Arrays.copyOf(kept, count);
    }

    /**
     * Reads one packet in text form, as in a text frame of a WebSocket.
     *
     * @param bytes
     *            the array that holds the packet
     * @param offset
     *            index of its first byte
     * @param length
     *            its length in bytes
     *
     * @return the packet
     *
     * @throws PacketException
     *             if it is not a packet
     */
    public static Received decodeText(byte[] bytes, int offset, int length) throws PacketException {
        if (length == 0) {
            throw PacketException.invalid("empty packet");
        }
        EnginePacketType type = EnginePacketType.of(bytes[offset]);
        try {
            return Received.text(type, length == 1 ? "" : StrictUtf8.decode(bytes, offset + 1, length - 1));
        } catch (CharacterCodingException e) {
            throw PacketException.notUtf8();
        }
    }
}
