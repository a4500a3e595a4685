package ulens.gateway.websocket;

import io.helidon.common.buffers.DataReader;
import org.jspecify.annotations.Nullable;

import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Reads the frames of a WebSocket client strictly by RFC 6455: masks are required, reserved bits and opcodes are
 * refused, control frames must be short and complete, and fragments are joined in order, with their total limited
 * before they are read. Memory is taken from the allowance as bytes arrive, not as headers announce: twice the size of
 * the message, once for its bytes and once for the text made of them. A single frame that is not longer than one read
 * of the connection takes no memory from it, so that pongs and other short frames take no lock. At the end of the
 * stream, the exception of the {@link DataReader} is passed on.
 */
public final class FrameReader {
    private static final int FIRST_CHUNK = 8 * 1024;
    private static final int MAX_CONTROL = 125;

    private final DataReader in;
    private final Allowance allowance;
    private long taken;
    private byte @Nullable [] message;
    private int messageLength;
    private int messageOpcode;

    /**
     * Creates a reader.
     *
     * @param in
     *            the connection
     * @param allowance
     *            limits the size of a message, all fragments together, and accounts for its memory
     */
    public FrameReader(DataReader in, Allowance allowance) {
        this.in = in;
        this.allowance = allowance;
    }

    /** Gives back the memory of the last message, when it has been handed on. */
    public void release() {
        if (message == null) {
            abandon();
        }
    }

    /** Ends reading, and gives back all memory. */
    public void abandon() {
        allowance.give(taken);
        taken = 0;
    }

    private void take(long bytes) throws WebSocketException {
        if (!allowance.take(2 * bytes)) {
            throw new WebSocketException(CloseCode.TRY_AGAIN_LATER, "no memory for the message");
        }
        taken += 2 * bytes;
    }

    private void giveBack(long bytes) {
        allowance.give(2 * bytes);
        taken -= 2 * bytes;
    }

    private static boolean isFree(int length) {
        return length <= FIRST_CHUNK;
    }

    /**
     * Waits for the next complete message or control frame.
     *
     * @return the message or control frame
     *
     * @throws WebSocketException
     *             if the input breaks the protocol, is too large, or there is no memory for it; nothing more may be
     *             read then
     */
    public Frame next() throws WebSocketException {
        while (true) {
            int first = in.read() & 0xff;
            int second = in.read() & 0xff;
            int opcode = first & 0x0f;
            boolean fin = (first & FrameFormat.FIN) != 0;
            check((first & 0x70) == 0, "reserved bits");
            check((second & 0x80) != 0, "frame without mask");
            if (opcode >= FrameFormat.CLOSE) {
                return control(opcode, fin, second & 0x7f);
            }
            checkOrder(opcode);
            int length = length(second & 0x7f);
            if (fin && message == null) {
                return whole(opcode, read(length));
            }
            append(opcode, length);
            if (fin) {
                take(messageLength);
                byte[] joined = Arrays.copyOf(message, messageLength);
                message = null;
                messageLength = 0;
                return whole(messageOpcode, joined);
            }
        }
    }

    private static Frame whole(int opcode, byte[] payload) {
        return opcode == FrameFormat.TEXT ? new Frame.Text(payload) : new Frame.Binary(payload);
    }

    private void append(int opcode, int length) throws WebSocketException {
        byte[] payload = read(length);
        if (message == null) {
            if (isFree(length)) {
                take(length);
            }
            message = payload;
            messageOpcode = opcode;
        } else {
            if (message.length < messageLength + length) {
                // Doubling, so that a message in very many small fragments costs no more than its size.
                int size = Math.max(messageLength + length, 2 * messageLength);
                take(size - message.length);
                message = Arrays.copyOf(message, size);
            }
            System.arraycopy(payload, 0, message, messageLength, length);
            if (!isFree(length)) {
                giveBack(length);
            }
        }
        messageLength += length;
    }

    private static void check(boolean right, String wrong) throws WebSocketException {
        if (!right) {
            throw new WebSocketException(CloseCode.PROTOCOL_ERROR, wrong);
        }
    }

    private void checkOrder(int opcode) throws WebSocketException {
        check(opcode <= FrameFormat.BINARY, "reserved opcode");
        check(opcode != FrameFormat.CONTINUATION || message != null, "continuation of nothing");
        check(opcode == FrameFormat.CONTINUATION || message == null, "message within a message");
    }

    private int length(int length7) throws WebSocketException {
        long length = length7;
        if (length7 == FrameFormat.LENGTH_IN_2) {
            length = number(2);
            check(length >= FrameFormat.LENGTH_IN_2, "length not in its shortest form");
        } else if (length7 == FrameFormat.LENGTH_IN_8) {
            length = number(8);
            check(length >= 1 << 16, "length not in its shortest form");
        }
        checkSize(length);
        return (int) length;
    }

    private void checkSize(long length) throws WebSocketException {
        if (length > allowance.limit() - messageLength) {
            throw new WebSocketException(CloseCode.TOO_BIG, "message too big");
        }
    }

    private long number(int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | in.read() & 0xff;
        }
        return number;
    }

    private byte[] read(int length) throws WebSocketException {
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

    private byte[] readAsItComes(int length) throws WebSocketException {
        byte[] payload = new byte[isFree(length) ? length : 0];
        int have = 0;
        while (have < length) {
            in.ensureAvailable();
            int part = Math.min(in.available(), length - have);
            if (have + part > payload.length) {
                int size = (int) Math.min(length, Math.max(FIRST_CHUNK, Math.max(have + part, payload.length * 2L)));
                // the limit may be lower than when the frame began
                checkSize(length);
                take(size - payload.length);
                payload = Arrays.copyOf(payload, size);
            }
            System.arraycopy(in.readBytes(part), 0, payload, have, part);
            have += part;
        }
        return payload;
    }

    private Frame control(int opcode, boolean fin, int length) throws WebSocketException {
        check(opcode <= FrameFormat.PONG, "reserved opcode");
        check(fin, "control frame in fragments");
        check(length <= MAX_CONTROL, "control frame too long");
        byte[] body = read(length);
        return switch (opcode) {
            case FrameFormat.PING -> new Frame.Ping(body);
            case FrameFormat.PONG -> new Frame.Pong();
            default -> close(body);
        };
    }

    private static Frame close(byte[] body) throws WebSocketException {
        if (body.length == 0) {
            return new Frame.Close(CloseCode.NO_CODE);
        }
        check(body.length >= 2, "close code cut short");
        int code = (body[0] & 0xff) << 8 | body[1] & 0xff;
        check(CloseCode.mayBeSent(code), "close code not allowed");
        try {
            StrictUtf8.decode(body, 2, body.length - 2);
        } catch (CharacterCodingException e) {
            throw new WebSocketException(CloseCode.INVALID_DATA, "close reason is not UTF-8");
        }
        return new Frame.Close(code);
    }
}
