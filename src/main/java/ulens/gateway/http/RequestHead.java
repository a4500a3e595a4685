package ulens.gateway.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The head of a request. The headers that decide where the request ends and what happens to its connection are checked
 * and put into the one form that Helidon 4.1.2 understands. Helidon accepts HTTP/1.1 only, and compares
 * {@code Connection}, {@code Upgrade} and {@code Transfer-Encoding} as whole texts. If the length of a body is given
 * twice or is negative, Helidon and a proxy in front may disagree where the request ends (request smuggling). A head
 * that needs no change is handed on as it came.
 */
final class RequestHead {
    /** Most bytes of all headers together, line ends included. */
    static final int MAX_HEADERS = 16 * 1024;
    /** Stands for the length of a chunked body. */
    static final long CHUNKED = -1;

    private static final Set<String> HOP_BY_HOP = Set.of("connection", "upgrade", "keep-alive", "te", "trailer",
            "expect", "proxy-connection");
    private static final int LONGEST_NUMBER = 18;
    private static final byte[] NEW_LINE = { '\r', '\n' };
    private static final String WEBSOCKET = "websocket";

    private final byte[] bytes;
    private final boolean old;
    private final List<String> connection = new ArrayList<>();
    private final List<String> upgrade = new ArrayList<>();
    private @Nullable String length;
    private @Nullable String encoding;
    private int hosts;

    private RequestHead(byte[] bytes, boolean old) {
        this.bytes = bytes;
        this.old = old;
    }

    /** Reads a head with its last, empty line. */
    static RequestHead parse(byte[] bytes) throws BadRequest {
        int end = lineEnd(bytes, 0);
        RequestHead head = new RequestHead(bytes, RequestLine.parse(bytes, 0, end).old());
        for (int at = end + 2; at < bytes.length - 2; at = end + 2) {
            end = lineEnd(bytes, at);
            head.header(at, end);
        }
        head.check();
        return head;
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    private void header(int from, int to) throws BadRequest {
        int colon = from;
        while (colon < to && RequestLine.isTokenCharacter(bytes[colon])) {
            colon++;
        }
        if (colon == from || colon == to || bytes[colon] != ':') {
            throw new BadRequest(400, "a line that is no header");
        }
        for (int i = colon + 1; i < to; i++) {
            if (bytes[i] >= 0 && bytes[i] < ' ' && bytes[i] != '\t' || bytes[i] == 0x7f) {
                throw new BadRequest(400, "a control character in a header");
            }
        }
        switch (colon - from) {
            case 4, 7, 10, 14, 17 -> note(name(from, colon), text(colon + 1, to).strip());
            default -> {
            }
        }
    }

    private void note(String name, String value) throws BadRequest {
        switch (name) {
            case "host" -> hosts++;
            case "connection" -> connection.add(value);
            case "upgrade" -> upgrade.add(value);
            case "content-length" -> {
                require(length == null, 400, "two lengths");
                length = value;
            }
            case "transfer-encoding" -> {
                require(encoding == null, 400, "two transfer encodings");
                encoding = value;
            }
            default -> {
            }
        }
    }

    private void check() throws BadRequest {
        require(hosts <= 1, 400, "two hosts");
        require(length == null || !length.isEmpty() && length.length() <= LONGEST_NUMBER
                && length.chars().allMatch(RequestHead::digit), 400, "the length is not a number");
        require(encoding == null || length == null && !old, 400,
                "a transfer encoding that says where the body ends " + "otherwise than the rest of the head");
        require(encoding == null || "chunked".equalsIgnoreCase(encoding), 501, "only chunked is known");
    }

    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    private static void require(boolean right, int status, String otherwise) throws BadRequest {
        if (!right) {
            throw new BadRequest(status, otherwise);
        }
    }

    /** {@return bytes of the body, or {@link #CHUNKED}} */
    long bodyLength() {
        return encoding != null ? CHUNKED : length == null ? 0 : Long.parseLong(length);
    }

    /** {@return whether it is HTTP/1.0} */
    boolean old() {
        return old;
    }

    /** {@return whether the connection ends with the answer} */
    boolean last() {
        // if no route serves a HEAD, Helidon answers with a body, which a proxy would take for the next answer
        return old || isHead() || tokens(connection).contains("close");
    }

    private boolean isHead() {
        return bytes[0] == 'H' && bytes[1] == 'E' && bytes[2] == 'A' && bytes[3] == 'D' && bytes[4] == ' ';
    }

    /** {@return the head in the form that Helidon understands} */
    byte[] forHelidon() {
        boolean close = last();
        boolean toWebSocket = !old && tokens(upgrade).contains(WEBSOCKET);
        boolean asItIs = !old && connection.size() <= 1 && (!close || connection.equals(List.of("close")))
                && (!toWebSocket || upgrade.equals(List.of(WEBSOCKET)))
                && (encoding == null || "chunked".equals(encoding));
        return asItIs ? bytes : rewritten(close, toWebSocket);
    }

    private byte[] rewritten(boolean close, boolean toWebSocket) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
        int end = lineEnd(bytes, 0);
        out.write(bytes, 0, end - 1);
        out.write('1');
        out.writeBytes(NEW_LINE);
        for (int at = end + 2; at < bytes.length - 2; at = end + 2) {
            end = lineEnd(bytes, at);
            if (!isReplaced(at, toWebSocket)) {
                out.write(bytes, at, end + 2 - at);
            }
        }
        if (encoding != null) {
            put(out, "Transfer-Encoding: chunked");
        }
        if (toWebSocket) {
            put(out, "Upgrade: websocket");
        }
        if (close) {
            put(out, "Connection: close");
        } else if (!connection.isEmpty()) {
            put(out, "Connection: " + String.join(", ", tokens(connection)));
        }
        out.writeBytes(NEW_LINE);
        return out.toByteArray();
    }

    private boolean isReplaced(int at, boolean toWebSocket) {
        int colon = at;
        while (bytes[colon] != ':') {
            colon++;
        }
        String name = name(at, colon);
        return "connection".equals(name) || "transfer-encoding".equals(name) || "upgrade".equals(name) && toWebSocket
                || old && HOP_BY_HOP.contains(name);
    }

    private static void put(ByteArrayOutputStream out, String line) {
        out.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(NEW_LINE);
    }

    /** The elements of a list over all its lines, in lower case (RFC 9110, 5.6.1). */
    private static Set<String> tokens(List<String> lines) {
        Set<String> tokens = new java.util.LinkedHashSet<>();
        for (String line : lines) {
            for (String token : line.split(",", -1)) {
                if (!token.isBlank()) {
                    tokens.add(token.strip().toLowerCase(Locale.ROOT));
                }
            }
        }
        return tokens;
    }

    private String name(int from, int to) {
        return text(from, to).toLowerCase(Locale.ROOT);
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return "RequestHead[" + bytes.length + " bytes]";
    }
}
