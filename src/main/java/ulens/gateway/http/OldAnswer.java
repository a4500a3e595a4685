package ulens.gateway.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An answer to HTTP/1.0, which has no chunks: they are unpacked, and the end of the connection is the end of the
 * answer. The answer's version stays 1.1, as RFC 9110, 6.2 demands.
 */
final class OldAnswer {
    private static final String CHUNKED = "\r\ntransfer-encoding: chunked\r\n";
    private static final String END = "\r\n\r\n";

    private @Nullable ByteArrayOutputStream head = new ByteArrayOutputStream();
    private @Nullable ChunkedBody chunks;

    /** {@return the bytes to write instead of the next part of an answer} */
    byte[] of(byte[] part) {
        if (head == null) {
            return chunks == null ? part : chunks.unpacked(part);
        }
        head.writeBytes(part);
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf(END);
        if (end < 0) {
            return new byte[0];
        }
        head = null;
        int at = text.toLowerCase(java.util.Locale.ROOT).indexOf(CHUNKED);
        if (at < 0 || at > end) {
            return bytes(text);
        }
        chunks = new ChunkedBody();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(bytes(text.substring(0, at) + text.substring(at + CHUNKED.length() - 2, end + END.length())));
        all.writeBytes(chunks.unpacked(bytes(text.substring(end + END.length()))));
        return all.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
