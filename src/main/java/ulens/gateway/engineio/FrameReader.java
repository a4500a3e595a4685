package ulens.gateway.engineio;

import java.util.Arrays;

import io.helidon.common.buffers.DataReader;

/**
 * Reads what a WebSocket client sends, to the letter of RFC 6455: masks are required, reserved bits and opcodes
 * refused, control frames short and whole, fragments put together in order and their total limited before they are
 * read. Memory is taken as bytes arrive, not as headers promise. The end of the stream is whatever the
 * {@link DataReader} throws.
 */
final class FrameReader {
    private static final int FIRST_CHUNK = 8 * 1024;
    private static final int MAX_CONTROL = 125;

    private final DataReader in;
    private final int maxMessage;
    private byte[] message;
    private int messageLength;
    private int messageOpcode;

    /**
     * @param in
     *            the connection
     * @param maxMessage
     *            most bytes of one message, all fragments together
     */
    FrameReader(DataReader in, int maxMessage) {
        this.in = in;
        this.maxMessage = maxMessage;
    }

    /** Waits for the next whole message or control frame. */
    Frame next() throws WebSocketException {
        while (true) {
            int first = in.read() & 0xff;
            int second = in.read() & 0xff;
            int opcode = first & 0x0f;
            boolean fin = (first & Frame.FIN) != 0;
            check((first & 0x70) == 0, "reserved bits");
            check((second & 0x80) != 0, "frame without mask");
            if (opcode >= Frame.CLOSE) {
                return control(opcode, fin, second & 0x7f);
            }
            checkOrder(opcode);
            int length = length(second & 0x7f);
            if (fin && message == null) {
                return whole(opcode, read(length));
            }
            append(opcode, length);
            if (fin) {
                byte[] joined = Arrays.copyOf(message, messageLength);
                message = null;
                messageLength = 0;
                return whole(messageOpcode, joined);
            }
        }
    }

    private static Frame whole(int opcode, byte[] payload) {
        return opcode == Frame.TEXT ? new Frame.Text(payload) : new Frame.Binary(payload);
    }

    private void append(int opcode, int length) {
        byte[] payload = read(length);
        if (message == null) {
            message = payload;
            messageOpcode = opcode;
        } else {
            if (message.length < messageLength + length) {
                // Doubling, so that a message in very many small fragments costs no more than its size.
                message = Arrays.copyOf(message, Math.max(messageLength + length, 2 * messageLength));
            }
            System.arraycopy(payload, 0, message, messageLength, length);
        }
        messageLength += length;
    }

    private static void check(boolean right, String wrong) throws WebSocketException {
        if (!right) {
            throw new WebSocketException(Frame.PROTOCOL_ERROR, wrong);
        }
    }

    private void checkOrder(int opcode) throws WebSocketException {
        check(opcode <= Frame.BINARY, "reserved opcode");
        check(opcode != Frame.CONTINUATION || message != null, "continuation of nothing");
        check(opcode == Frame.CONTINUATION || message == null, "message within a message");
    }

    private int length(int length7) throws WebSocketException {
        long length = length7;
        if (length7 == 126) {
            length = number(2);
            check(length >= 126, "length not in its shortest form");
        } else if (length7 == 127) {
            length = number(8);
            check(length >= 1 << 16, "length not in its shortest form");
        }
        if (length > maxMessage - messageLength) {
            throw new WebSocketException(Frame.TOO_BIG, "message too big");
        }
        return (int) length;
    }

    private long number(int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | in.read() & 0xff;
        }
        return number;
    }

    private byte[] read(int length) {
        int mask = (int) number(4);
        byte[] payload;
        if (length == 0) {
            payload = new byte[0];
        } else if (length <= in.available()) {
            payload = in.readBytes(length);
        } else {
            payload = readAsItComes(length);
        }
        for (int i = 0; i < length; i++) {
            payload[i] ^= (byte) (mask >> (24 - 8 * (i & 3)));
        }
        return payload;
    }

    private byte[] readAsItComes(int length) {
        byte[] payload = new byte[Math.min(length, FIRST_CHUNK)];
        int have = 0;
        while (have < length) {
            in.ensureAvailable();
            int part = Math.min(in.available(), length - have);
            if (have + part > payload.length) {
                payload = Arrays.copyOf(payload, (int) Math.min(length, Math.max(have + part, payload.length * 2L)));
            }
            System.arraycopy(in.readBytes(part), 0, payload, have, part);
            have += part;
        }
        return payload;
    }

    private Frame control(int opcode, boolean fin, int length) throws WebSocketException {
        check(opcode <= Frame.PONG, "reserved opcode");
        check(fin, "control frame in fragments");
        check(length <= MAX_CONTROL, "control frame too long");
        byte[] body = read(length);
        return switch (opcode) {
            case Frame.PING -> new Frame.Ping(body);
            case Frame.PONG -> new Frame.Pong();
            default -> close(body);
        };
    }

    private static Frame close(byte[] body) throws WebSocketException {
        if (body.length == 0) {
            return new Frame.Close(Frame.NO_CODE);
        }
        check(body.length >= 2, "close code cut short");
        int code = (body[0] & 0xff) << 8 | body[1] & 0xff;
        boolean assigned = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
        check(assigned || code >= 3000 && code <= 4999, "close code not allowed");
        try {
            StrictUtf8.decode(body, 2, body.length - 2);
        } catch (PacketException e) {
            throw new WebSocketException(Frame.INVALID_DATA, "close reason is not UTF-8");
        }
        return new Frame.Close(code);
    }
}
