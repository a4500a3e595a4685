package ulens.gateway.websocket;

import java.io.ByteArrayOutputStream;

/** Frames as a client writes them, right or wrong. */
public final class MaskedFrame {
    private MaskedFrame() {
    }

    /**
     * A frame.
     *
     * @param first
     *            its first byte: FIN, reserved bits, opcode
     * @param payload
     *            its payload, which is going to be masked
     *
     * @return its bytes
     */
    public static byte[] of(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        byte[] mask = { 1, (byte) 0x92, 3, 77 };
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i & 3]);
        }
        return frame.toByteArray();
    }
}
