package ulens.gateway.http;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ServerConnectionException;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The input that Helidon reads: one complete, checked head at a time, then the bytes of the body as they come and never
 * beyond its end, all under deadlines. Used by the connection's own thread only.
 */
final class RequestInput implements Supplier<byte[]> {
    private static final byte[] NOTHING = new byte[0];
    private static final long LINGER = Duration.ofMillis(250).toNanos();
    private static final int LINGER_BYTES = 256 * 1024;

    private final HelidonSocket socket;
    private final Guard connection;
    private final HttpLimits limits;
    /** Bytes that have been read behind the request that is being served. */
    private byte[] ahead = NOTHING;
    /** Bytes of the body that have not been handed on yet, or {@link RequestHead#CHUNKED}. */
    private long body;
    private @Nullable ChunkedBody chunks;
    private long bodyDeadline;
    private boolean served;
    private boolean last;
    private @Nullable OldAnswer oldAnswer;

    RequestInput(HelidonSocket socket, Guard connection, HttpLimits limits) {
        this.socket = socket;
        this.connection = connection;
        this.limits = limits;
    }

    /** {@return whether the connection ends with the answer to the request that is being served} */
    boolean last() {
        return last;
    }

    /** {@return changes the answer to the request that is being served; null if the answer stays as it is} */
    @Nullable
    OldAnswer oldAnswer() {
        return oldAnswer;
    }

    /** {@return the next bytes; null at the end} */
    @Override
    public byte @Nullable [] get() {
        connection.checkWhole();
        if (connection.isUpgraded()) {
            return ahead.length > 0 ? takeAhead() : read();
        }
        return connection.isBetweenRequests() ? head() : body();
    }

    private byte @Nullable [] head() {
        if (last || body > 0 || chunks != null && !chunks.hasEnded()) {
            // the rest of the body was not read, so it is not known where the next head begins
            return null;
        }
        connection.waits();
        HeadBuffer buffer = new HeadBuffer();
        try {
            byte[] bytes = ahead.length > 0 ? takeAhead()
                    : readBefore(System.nanoTime() + (served ? limits.idle() : limits.firstByte()).toNanos(),
                            served ? Ending.IDLE : Ending.SILENT);
            long deadline = System.nanoTime() + limits.head().toNanos();
            while (bytes != null) {
                int end = buffer.add(bytes);
                if (end >= 0) {
                    return begin(buffer, end);
                }
                connection.holds(buffer.size());
                bytes = readBefore(deadline, Ending.SLOW_HEAD);
            }
            return null;
        } catch (BadRequest bad) {
            connection.answer(bad);
            linger();
            throw connection.broken("not a request");
        } finally {
            connection.letsGo();
        }
    }

    private byte[] begin(HeadBuffer buffer, int end) throws BadRequest {
        RequestHead head = buffer.head(end);
        ahead = buffer.rest(end);
        body = head.bodyLength();
        bodyDeadline = System.nanoTime() + limits.body().toNanos();
        served = true;
        chunks = body == RequestHead.CHUNKED ? new ChunkedBody() : null;
        last = head.last();
        oldAnswer = head.old() ? new OldAnswer() : null;
        return head.forHelidon();
    }

    private byte @Nullable [] body() {
        if (body == 0 || chunks != null && chunks.hasEnded()) {
            return null;
        }
        byte[] bytes = ahead.length > 0 ? takeAhead() : readBefore(bodyDeadline, Ending.SLOW_BODY);
        if (bytes == null) {
            throw connection.broken("a body cut short");
        }
        int part = chunks == null ? (int) Math.min(body, bytes.length) : chunks.take(bytes);
        if (chunks == null) {
            body -= part;
        } else if (chunks.isBroken()) {
            connection.answer(new BadRequest(400, "the body is not in chunks"));
            throw connection.broken("a body that is not in chunks");
        }
        if (part == bytes.length) {
            return bytes;
        }
        ahead = Arrays.copyOfRange(bytes, part, bytes.length);
        return Arrays.copyOf(bytes, part);
    }

    /**
     * Reads the remaining input: closing a socket with unread input resets it, and the reset may overtake the answer.
     */
    private void linger() {
        long deadline = System.nanoTime() + LINGER;
        int read = 0;
        for (byte @Nullable [] bytes = NOTHING; bytes != null
                && read < LINGER_BYTES; read += bytes == null ? 0 : bytes.length) {
            bytes = readBefore(deadline, null);
        }
    }

    private byte[] takeAhead() {
        byte[] bytes = ahead;
        ahead = NOTHING;
        return bytes;
    }

    private byte @Nullable [] readBefore(long deadline, @Nullable Ending otherwise) {
        connection.deadline(deadline, otherwise);
        try {
            return read();
        } finally {
            connection.noDeadline();
        }
    }

    private byte @Nullable [] read() {
        try {
            return socket.get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("not read", e);
        }
    }
}
