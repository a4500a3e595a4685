package ulens.gateway.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The client's side of WebSocket, Engine.IO and Socket.IO, as far as a load generator needs it: looks at the bytes of a
 * notification only up to its id.
 */
final class Frames {
    /** Gets the events from the server. */
    interface Listener {
        void opened();

        void joined();

        void answered(long ackId);

        void notification(long id);

        void ping();
    }

    private static final byte[] NOTIFICATION = ascii("42/ws,[\"NEW_NOTIFICATION\",{\"id\":");
    private static final byte[] JOINED = ascii("40/ws,");
    private static final byte[] ANSWER = ascii("43/ws,");
    private static final byte[] OTHER_EVENT = ascii("42/ws,[");
    private static final byte[] NOTHING = new byte[0];
    private static final int LARGE = 126;
    private static final int HUGE = 127;

    private final Listener listener;
    private byte[] rest = NOTHING;
    private boolean upgraded;

    Frames(Listener listener) {
        this.listener = listener;
    }

    static byte[] upgrade(int port) {
        return ascii("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    }

    /** A masked text frame; its mask is zero, which changes nothing and is allowed. */
    static byte[] text(String text) {
        byte[] body = ascii(text);
        int header = body.length < LARGE ? 6 : 8;
        byte[] frame = new byte[header + body.length];
        frame[0] = (byte) 0x81;
        if (header == 6) {
            frame[1] = (byte) (0x80 | body.length);
        } else {
            frame[1] = (byte) (0x80 | LARGE);
            frame[2] = (byte) (body.length >> 8);
            frame[3] = (byte) body.length;
        }
        System.arraycopy(body, 0, frame, header, body.length);
        return frame;
    }

    void take(ByteBuffer arrived) {
        byte[] all = Arrays.copyOf(rest, rest.length + arrived.remaining());
        arrived.get(all, rest.length, all.length - rest.length);
        int at = upgraded ? 0 : skipResponse(all);
        for (int next = upgraded ? frame(all, at) : at; next > at; next = frame(all, at)) {
            at = next;
        }
        rest = at == all.length ? NOTHING : Arrays.copyOfRange(all, at, all.length);
    }

    private int skipResponse(byte[] bytes) {
        for (int i = 3; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 2] == '\n') {
                if (bytes[9] != '1') {
                    throw new IllegalStateException(new String(bytes, StandardCharsets.ISO_8859_1));
                }
                upgraded = true;
                return i + 1;
            }
        }
        return 0;
    }

    /** Reads one frame. Returns where the next one begins, or the same index if this one is incomplete. */
    private int frame(byte[] bytes, int at) {
        if (bytes.length - at < 2) {
            return at;
        }
        int length = bytes[at + 1] & 0x7f;
        int body = at + 2;
        if (length == LARGE) {
            if (bytes.length - at < 4) {
                return at;
            }
            length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
            body = at + 4;
        } else if (length == HUGE) {
            throw new IllegalStateException("a frame of more than 64 KiB");
        }
        if (bytes.length - body < length) {
            return at;
        }
        if ((bytes[at] & 0x0f) == 1) {
            packet(bytes, body, length);
        }
        return body + length;
    }

    private void packet(byte[] bytes, int at, int length) {
        if (begins(bytes, at, length, NOTIFICATION)) {
            listener.notification(number(bytes, at + NOTIFICATION.length));
        } else if (length == 1 && bytes[at] == '2') {
            listener.ping();
        } else if (bytes[at] == '0') {
            listener.opened();
        } else if (begins(bytes, at, length, JOINED)) {
            listener.joined();
        } else if (begins(bytes, at, length, ANSWER)) {
            if (new String(bytes, at, length, StandardCharsets.UTF_8).contains("\"ok\":false")) {
                throw new IllegalStateException(new String(bytes, at, length, StandardCharsets.UTF_8));
            }
            listener.answered(number(bytes, at + ANSWER.length));
        } else if (!begins(bytes, at, length, OTHER_EVENT)) {
            throw new IllegalStateException(new String(bytes, at, length, StandardCharsets.UTF_8));
        }
    }

    private static boolean begins(byte[] bytes, int at, int length, byte[] with) {
        return length >= with.length && Arrays.equals(bytes, at, at + with.length, with, 0, with.length);
    }

    private static long number(byte[] bytes, int from) {
        long number = 0;
        for (int i = from; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
