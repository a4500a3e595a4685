package ulens.gateway.websocket;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The opening handshake of a WebSocket (RFC 6455, 4.2.1): the client's request, and the answer. No extension is
 * accepted. The first sub-protocol that the client offers is accepted, as in the stock server of Socket.IO.
 *
 * @param key
 *            the value of Sec-WebSocket-Key
 * @param protocol
 *            the accepted sub-protocol, if the client offers any
 */
public record OpeningHandshake(String key, Optional<String> protocol) {
    private static final HeaderName KEY = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName VERSION = HeaderNames.create("Sec-WebSocket-Version");
    private static final HeaderName PROTOCOL = HeaderNames.create("Sec-WebSocket-Protocol");
    private static final String SUPPORTED_VERSION = "13";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~\\w]{1,200}");

    /**
     * Reads the headers of a GET request. Helidon accepts some invalid handshakes, and fails with an internal error on
     * others.
     *
     * @param headers
     *            the headers
     *
     * @return the handshake; empty if the request is not a valid one
     */
    public static Optional<OpeningHandshake> of(Headers headers) {
        boolean upgrades = list(headers, HeaderNames.CONNECTION).anyMatch("upgrade"::equalsIgnoreCase);
        boolean version = headers.first(VERSION).filter(SUPPORTED_VERSION::equals).isPresent();
        Optional<String> key = headers.first(KEY).filter(OpeningHandshake::isKey);
        if (!upgrades || !version || key.isEmpty() || !list(headers, PROTOCOL).allMatch(TOKEN.asMatchPredicate())) {
            return Optional.empty();
        }
        return Optional.of(new OpeningHandshake(key.get(), list(headers, PROTOCOL).findFirst()));
    }

    /** The elements of a list, over all its lines (RFC 9110, 5.6.1). */
    private static Stream<String> list(Headers headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).allValues().stream().flatMap(COMMA::splitAsStream)
                .map(String::strip).filter(Predicate.not(String::isEmpty)) : Stream.empty();
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** {@return the complete answer, which is followed by frames} */
    public byte[] answer() {
        String agreed = protocol.map(name -> "Sec-WebSocket-Protocol: " + name + "\r\n").orElse("");
        return ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                + accept() + "\r\n" + agreed + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private String accept() {
        try {
            // SHA-1 is part of the protocol and protects nothing here
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
