package ulens.gateway.rabbitmq.headers;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Makes a content header readable at which the client library would throw and end the connection, at each redelivery of
 * the message. Values that can't be decoded are left out, and the reason is added as a header with a secret name.
 */
public final class UnreadableHeaders {

    /**
     * Name of the header that holds the reason, which may quote names of headers. Random, so that no producer can send
     * it.
     */
    public static final String REASON = "unreadable-" + UUID.randomUUID();

    private static final int MOST_NAME = 60;

    private final byte[] frame;
    private final ByteArrayOutputStream before = new ByteArrayOutputStream();
    private final ByteArrayOutputStream headers = new ByteArrayOutputStream();
    private final ByteArrayOutputStream after = new ByteArrayOutputStream();
    private int flags = 1 << 15 - HeaderScan.HEADERS;
    private @Nullable String reason;

    private UnreadableHeaders(byte[] frame) {
        this.frame = frame;
    }

    /**
     * Makes a readable content header in place of an unreadable one.
     *
     * @param frame
     *            payload of a content header frame; at least class, weight and body size
     *
     * @return the payload to be decoded instead, with the same body size
     */
    static byte[] replaced(byte[] frame) {
        UnreadableHeaders work = new UnreadableHeaders(frame);
        work.copyProperties();
        return work.assembled();
    }

    private void copyProperties() {
        if (frame.length < HeaderScan.FLAGS + 2) {
            blame("the properties", HeaderScan.CUT_OFF);
            return;
        }
        if ((frame[HeaderScan.FLAGS + 1] & 1) != 0) {
            blame("the property flags", HeaderScan.BAD_FLAGS);
            return;
        }
        int at = HeaderScan.FLAGS + 2;
        for (int property = 0; property < HeaderScan.PROPERTIES && at >= 0; property++) {
            if (HeaderScan.present(frame, property)) {
                at = property == HeaderScan.HEADERS ? copyHeaders(at) : copy(at, property);
            }
        }
    }

    private int copy(int at, int property) {
        int end = HeaderScan.property(frame, at, property);
        if (end < 0) {
            blame("property " + (property + 1), end);
        } else {
            (property < HeaderScan.HEADERS ? before : after).write(frame, at, end - at);
            flags |= 1 << 15 - property;
        }
        return end;
    }

    /** Copies the headers that can be read. The properties behind the table are found only if its length is correct. */
    private int copyHeaders(int from) {
        int end = HeaderScan.measured(frame, from, frame.length);
        if (end < 0) {
            blame("the header table", end);
            return end;
        }
        int at = from + Integer.BYTES;
        while (at >= 0 && at < end) {
            at = copyHeader(at, end);
        }
        return end;
    }

    /** {@return the position behind the header, or a fault if the next one can't be found} */
    private int copyHeader(int at, int end) {
        int value = HeaderScan.shortText(frame, at, end);
        if (value < 0) {
            blame("the name of a header", value);
            return value;
        }
        int next = HeaderScan.value(frame, value, end, 0);
        if (next >= 0) {
            headers.write(frame, at, next - at);
            return next;
        }
        blame("header \"" + name(at + 1, value) + "\"", next);
        boolean skippable = value < end && (frame[value] == 'F' || frame[value] == 'A');
        return skippable ? HeaderScan.measured(frame, value + 1, end) : next;
    }

    private String name(int from, int to) {
        String name = new String(frame, from, to - from, StandardCharsets.UTF_8);
        return name.length() > MOST_NAME ? name.substring(0, MOST_NAME) + "…" : name;
    }

    /** Keeps the first fault as the reason. */
    private void blame(String what, int fault) {
        if (reason == null) {
            reason = what + switch (fault) {
                case HeaderScan.TOO_DEEP -> " is nested deeper than " + HeaderScan.DEEPEST + " levels";
                case HeaderScan.UNKNOWN_TYPE -> " has a value of an unknown type";
                case HeaderScan.BAD_FLAGS -> " go on beyond what AMQP 0-9-1 has";
                default -> " ends before its announced length";
            };
        }
    }

    private byte[] assembled() {
        byte[] name = REASON.getBytes(StandardCharsets.UTF_8);
        byte[] text = String.valueOf(reason).getBytes(StandardCharsets.UTF_8);
        int table = headers.size() + 1 + name.length + 1 + Integer.BYTES + text.length;
        ByteBuffer whole = ByteBuffer
                .allocate(HeaderScan.FLAGS + 2 + before.size() + Integer.BYTES + table + after.size());
        whole.put(frame, 0, HeaderScan.FLAGS).putShort((short) flags).put(before.toByteArray()).putInt(table)
                .put(headers.toByteArray()).put((byte) name.length).put(name).put((byte) 'S').putInt(text.length)
                .put(text).put(after.toByteArray());
        return whole.array();
    }
}
