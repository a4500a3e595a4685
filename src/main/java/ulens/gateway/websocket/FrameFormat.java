package ulens.gateway.websocket;

/** The format of the frames that a server writes: unmasked, and never fragmented (RFC 6455, 5.2). */
public final class FrameFormat {
    /** The opcode of a text message. */
    public static final int TEXT = 1;
    /** The opcode of a binary message. */
    public static final int BINARY = 2;

    static final int FIN = 0x80;
    static final int CONTINUATION = 0;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final int LENGTH_IN_2 = 126;
    static final int LENGTH_IN_8 = 127;

    private FrameFormat() {
    }

    /**
     * Computes the size of a frame.
     *
     * @param payload
     *            bytes of its payload
     *
     * @return bytes of the frame
     */
    public static int size(int payload) {
        return payload + (payload < LENGTH_IN_2 ? 2 : payload < 1 << 16 ? 4 : 10);
    }

    /**
     * Writes the header of a frame.
     *
     * @param opcode
     *            the opcode
     * @param payload
     *            bytes of its payload
     * @param out
     *            the array to write to
     * @param start
     *            index of the first byte
     *
     * @return the index where the payload begins
     */
    public static int putHeader(int opcode, int payload, byte[] out, int start) {
        int at = start;
        out[at++] = (byte) (FIN | opcode);
        if (payload < LENGTH_IN_2) {
            out[at++] = (byte) payload;
        } else if (payload < 1 << 16) {
            out[at++] = LENGTH_IN_2;
            out[at++] = (byte) (payload >> 8);
            out[at++] = (byte) payload;
        } else {
            out[at++] = LENGTH_IN_8;
            for (int shift = 56; shift >= 0; shift -= 8) {
                out[at++] = (byte) ((long) payload >>> shift);
            }
        }
        return at;
    }

    /**
     * Encodes a single frame.
     *
     * @param opcode
     *            the opcode
     * @param payload
     *            the payload
     *
     * @return the bytes of the frame
     */
    public static byte[] frame(int opcode, byte[] payload) {
        byte[] frame = new byte[size(payload.length)];
        int at = putHeader(opcode, payload.length, frame, 0);
        System.arraycopy(payload, 0, frame, at, payload.length);
        return frame;
    }

    static byte[] close(int code) {
        return code == CloseCode.NO_CODE ? frame(CLOSE, new byte[0])
                : frame(CLOSE, new byte[] { (byte) (code >> 8), (byte) code });
    }
}
