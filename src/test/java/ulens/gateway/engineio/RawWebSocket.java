package ulens.gateway.engineio;

import ulens.gateway.websocket.MaskedFrame;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A WebSocket client that can break every rule: frames are written as the test asks. */
final class RawWebSocket implements AutoCloseable {
    static final String WEBSOCKET = "EIO=4&transport=websocket";
    static final String[] HANDSHAKE = { "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" };
    static final int TEXT = 0x81;
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;

    final RawHttp http;
    final RawHttp.Answer answer;
    private final DataInputStream in;

    /** A frame as it came: its first byte, and its payload. */
    record Got(int first, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            if (first != CLOSE) {
                throw new AssertionError("not a close frame: " + Integer.toHexString(first) + " " + text());
            }
            return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private RawWebSocket(int port, String query, String... headers) throws IOException {
        http = new RawHttp(port);
        http.send("GET", query, null, headers);
        answer = http.answer();
        in = new DataInputStream(http.in());
    }

    /** A handshake that may be refused. */
    static RawWebSocket handshake(int port, String query, String... headers) throws IOException {
        return new RawWebSocket(port, query, headers);
    }

    static String[] headers(String... more) {
        String[] all = java.util.Arrays.copyOf(HANDSHAKE, HANDSHAKE.length + more.length);
        System.arraycopy(more, 0, all, HANDSHAKE.length, more.length);
        return all;
    }

    /** Opens a session and reads its open packet. */
    static RawWebSocket open(int port) throws IOException {
        RawWebSocket socket = handshake(port, WEBSOCKET, HANDSHAKE);
        if (socket.answer.status() != 101 || socket.read().first() != TEXT) {
            throw new AssertionError(socket.answer);
        }
        return socket;
    }

    /** Connects to a session that polls. */
    static RawWebSocket forSession(int port, String sid) throws IOException {
        return handshake(port, WEBSOCKET + "&sid=" + sid, HANDSHAKE);
    }

    void text(String text) throws IOException {
        frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void frame(int first, byte[] payload) throws IOException {
        http.write(MaskedFrame.of(first, payload));
    }

    void close(int code) throws IOException {
        frame(CLOSE, new byte[] { (byte) (code >> 8), (byte) code });
    }

    Got read() throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Got(first, payload);
    }

    String readText() throws IOException {
        Got got = read();
        if (got.first() != TEXT) {
            throw new AssertionError("not a text frame: " + Integer.toHexString(got.first()));
        }
        return got.text();
    }

    boolean atEnd() throws IOException {
        return http.atEnd();
    }

    @Override
    public void close() throws IOException {
        http.close();
    }
}
