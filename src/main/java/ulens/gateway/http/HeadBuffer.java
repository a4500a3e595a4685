package ulens.gateway.http;

import java.util.Arrays;

/**
 * Collects the head of a request until it is complete, and refuses it as soon as it can't become valid: a first line
 * that is no request line or is too long, a line that does not end in CR LF, or too many bytes. A head that comes in
 * one piece is not copied.
 */
final class HeadBuffer {
    private static final int MOST_EMPTY_LINES = 4;

    private byte[] bytes = new byte[0];
    private int length;
    private int scanned;
    /** Index at which the line that is being read begins. */
    private int line;
    /** Index at which the first line that is not empty begins. */
    private int start;
    private int emptyLines;
    private boolean hasFirstLine;
    private boolean methodRead;
    private int headers;

    /**
     * Adds bytes that have been read.
     *
     * @return the index behind the head; -1 if the head is not complete yet
     */
    int add(byte[] more) throws BadRequest {
        if (length == 0) {
            bytes = more;
        } else {
            if (length + more.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + more.length, 2 * length));
            }
            System.arraycopy(more, 0, bytes, length, more.length);
        }
        length += more.length;
        for (; scanned < length; scanned++) {
            if (isEnd(scanned)) {
                return ++scanned;
            }
        }
        return -1;
    }

    /** {@return bytes held} */
    int size() {
        return length;
    }

    /** {@return the head that ends at this index, without the empty lines before it} */
    RequestHead head(int end) throws BadRequest {
        return RequestHead.parse(start == 0 && end == bytes.length ? bytes : Arrays.copyOfRange(bytes, start, end));
    }

    /** {@return the bytes behind the head that ends at this index} */
    byte[] rest(int end) {
        return Arrays.copyOfRange(bytes, end, length);
    }

    private boolean isEnd(int at) throws BadRequest {
        byte b = bytes[at];
        boolean afterReturn = at > 0 && bytes[at - 1] == '\r';
        if (b == '\n' != afterReturn) {
            throw new BadRequest(400, "a line does not end in CR LF");
        }
        if (b == '\n') {
            return endOfLine(at);
        }
        if (b == 0) {
            throw new BadRequest(400, "a zero byte in the head");
        }
        if (!hasFirstLine) {
            checkFirstLine(at, b);
        } else if (at - headers >= RequestHead.MAX_HEADERS) {
            throw new BadRequest(431, "headers are larger than " + RequestHead.MAX_HEADERS + " bytes");
        }
        return false;
    }

    private boolean endOfLine(int at) throws BadRequest {
        boolean empty = at - 1 == line;
        if (empty && hasFirstLine) {
            return true;
        }
        if (empty) {
            // RFC 9112, 2.2: some clients send one behind the body of a POST
            if (++emptyLines > MOST_EMPTY_LINES) {
                throw new BadRequest(400, "only empty lines");
            }
            start = at + 1;
        } else if (!hasFirstLine) {
            hasFirstLine = true;
            headers = at + 1;
            RequestLine.parse(bytes, start, at - 1);
        }
        line = at + 1;
        return false;
    }

    private void checkFirstLine(int at, byte b) throws BadRequest {
        if (at - start >= RequestLine.MAX) {
            throw new BadRequest(414, "the request line is longer than " + RequestLine.MAX + " bytes");
        }
        if (methodRead || b == '\r' && at == start) {
            return;
        }
        if (b == ' ' && at > start) {
            methodRead = true;
        } else if (!RequestLine.isTokenCharacter(b) || at - start >= RequestLine.MAX_METHOD) {
            // other protocols, TLS for example, are refused at once instead of waiting for the end of a line
            throw new BadRequest(400, "not HTTP");
        }
    }
}
