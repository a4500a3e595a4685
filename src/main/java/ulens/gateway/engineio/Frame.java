package ulens.gateway.engineio;

import java.nio.charset.StandardCharsets;

/** What {@link FrameReader} finds: whole messages and control frames. */
sealed interface Frame {
    /** A text message; whether it is valid UTF-8 has not been checked yet. */
    record Text(byte[] utf8) implements Frame {
    }

    record Binary(byte[] bytes) implements Frame {
    }

    record Ping(byte[] body) implements Frame {
    }

    record Pong() implements Frame {
    }

    /** The peer closes; the code is 1005 if it gave none (RFC 6455, 7.1.5). */
    record Close(int code) implements Frame {
    }

    int NORMAL = 1000;
    int GOING_AWAY = 1001;
    int PROTOCOL_ERROR = 1002;
    int NO_CODE = 1005;
    int INVALID_DATA = 1007;
    int TOO_BIG = 1009;
    int INTERNAL_ERROR = 1011;

    int FIN = 0x80;
    int CONTINUATION = 0;
    int TEXT = 1;
    int BINARY = 2;
    int CLOSE = 8;
    int PING = 9;
    int PONG = 10;

    /** {@return the bytes of an unmasked frame with a payload of this many bytes} */
    static int size(int payload) {
        return payload + (payload < 126 ? 2 : payload < 1 << 16 ? 4 : 10);
    }

    /** Writes the header of an unmasked, unfragmented frame and returns where its payload begins. */
    static int putHeader(int opcode, int payload, byte[] out, int at) {
        out[at++] = (byte) (FIN | opcode);
        if (payload < 126) {
            out[at++] = (byte) payload;
        } else if (payload < 1 << 16) {
            out[at++] = 126;
            out[at++] = (byte) (payload >> 8);
            out[at++] = (byte) payload;
        } else {
            out[at++] = 127;
            for (int shift = 56; shift >= 0; shift -= 8) {
                out[at++] = (byte) ((long) payload >>> shift);
            }
        }
        return at;
    }

    static byte[] of(int opcode, byte[] payload) {
        byte[] frame = new byte[size(payload.length)];
        int at = putHeader(opcode, payload.length, frame, 0);
        System.arraycopy(payload, 0, frame, at, payload.length);
        return frame;
    }

    static byte[] close(int code) {
        return code == NO_CODE ? of(CLOSE, new byte[0]) : of(CLOSE, new byte[] { (byte) (code >> 8), (byte) code });
    }

    static byte[] text(String ascii) {
        return of(TEXT, ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
