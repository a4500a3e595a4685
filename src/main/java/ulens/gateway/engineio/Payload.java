package ulens.gateway.engineio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The payloads of the polling transport: packets as text, separated by U+001E, binary messages as {@code b} and base64.
 */
final class Payload {
    private static final byte SEPARATOR = 0x1e;

    private Payload() {
    }

    /** {@return the bytes that the packet takes in a payload, with its separator} */
    static int size(Packet packet) {
        return switch (packet) {
            case EngineMessage m when m.isBinary() -> 2 + (m.body().length + 2) / 3 * 4;
            case EngineMessage m -> 2 + m.body().length;
            case Packet.Control c -> 1 + c.wire().length;
        };
    }

    static byte[] encode(List<Packet> packets) {
        int size = -1;
        for (Packet packet : packets) {
            size += size(packet);
        }
        byte[] out = new byte[Math.max(0, size)];
        int at = 0;
        for (Packet packet : packets) {
            if (at > 0) {
                out[at++] = SEPARATOR;
            }
            at = put(packet, out, at);
        }
        return out;
    }

    private static int put(Packet packet, byte[] out, int at) {
        switch (packet) {
            case EngineMessage m when m.isBinary() -> {
                out[at] = 'b';
                byte[] encoded = Base64.getEncoder().encode(m.body());
                System.arraycopy(encoded, 0, out, at + 1, encoded.length);
                return at + 1 + encoded.length;
            }
            case EngineMessage m -> {
                out[at] = '4';
                System.arraycopy(m.body(), 0, out, at + 1, m.body().length);
                return at + 1 + m.body().length;
            }
            case Packet.Control c -> {
                System.arraycopy(c.wire(), 0, out, at, c.wire().length);
                return at + c.wire().length;
            }
        }
    }

    /**
     * Takes a payload apart.
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
    static List<Received> decode(byte[] bytes, int maxPackets) throws PacketException {
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

    /** Reads one packet in text form, as in a text frame of a WebSocket. */
    static Received decodeText(byte[] bytes, int offset, int length) throws PacketException {
        if (length == 0) {
            throw PacketException.invalid("empty packet");
        }
        PacketType type = PacketType.of(bytes[offset]);
        return Received.text(type, length == 1 ? "" : StrictUtf8.decode(bytes, offset + 1, length - 1));
    }
}
