package ulens.gateway.engineio.request;

import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import org.jspecify.annotations.Nullable;
import ulens.gateway.limits.ClientAddress;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The parameters of an Engine.IO request. A missing parameter is null; one that is given twice is empty, which no rule
 * accepts.
 *
 * @param method
 *            the HTTP method
 * @param version
 *            the version of the protocol
 * @param transport
 *            the name of the transport
 * @param sid
 *            the id of the session
 * @param upgrade
 *            whether it asks for a WebSocket
 * @param handshake
 *            the sender
 */
public record EngineRequest(String method, @Nullable String version, @Nullable String transport, @Nullable String sid,
        boolean upgrade, Handshake handshake) {

    /**
     * Reads a request.
     *
     * @param prologue
     *            its request line
     * @param headers
     *            its headers
     * @param peer
     *            the other end of the connection
     * @param addresses
     *            finds the client behind a proxy
     *
     * @return what it says
     */
    public static EngineRequest of(HttpPrologue prologue, Headers headers, PeerInfo peer, ClientAddress addresses) {
        String query = prologue.query().rawValue();
        Handshake handshake = new Handshake(address(peer, headers, addresses),
                header(headers, HeaderNames.AUTHORIZATION), header(headers, HeaderNames.ORIGIN),
                header(headers, HeaderNames.USER_AGENT));
        boolean upgrade = header(headers, HeaderNames.UPGRADE).filter("websocket"::equalsIgnoreCase).isPresent();
        return new EngineRequest(prologue.method().text(), parameter(query, "EIO="), parameter(query, "transport="),
                parameter(query, "sid="), upgrade, handshake);
    }

    private static Optional<String> header(Headers headers, HeaderName name) {
        return headers.first(name);
    }

    private static String address(PeerInfo peer, Headers headers, ClientAddress addresses) {
        return peer.address() instanceof InetSocketAddress inet && inet.getAddress() != null
                ? addresses.of(inet.getAddress(), lines(headers, HeaderNames.X_FORWARDED_FOR),
                        lines(headers, HeaderNames.FORWARDED)).getHostAddress()
                : peer.host();
    }

    private static List<String> lines(Headers headers, HeaderName name) {
        return headers.all(name, List::of);
    }

    // Helidon's own parser throws on malformed percent-encoding, and these values never need any.
    static @Nullable String parameter(@Nullable String query, String nameAndEquals) {
        String value = null;
        int from = 0;
        while (query != null && from < query.length()) {
            int to = query.indexOf('&', from);
            int end = to < 0 ? query.length() : to;
            if (query.startsWith(nameAndEquals, from)) {
                value = value == null ? query.substring(Math.min(from + nameAndEquals.length(), end), end) : "";
            }
            from = end + 1;
        }
        return value;
    }
}
