package ulens.gateway.engineio;

import java.util.Optional;

import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ProxyProtocolData;

/**
 * What an HTTP request says about Engine.IO. A parameter that is missing is null, one that is given twice is empty,
 * which no rule accepts.
 */
record EngineRequest(String method, String version, String transport, String sid, boolean upgrade,
        Handshake handshake) {

    static EngineRequest of(HttpPrologue prologue, Headers headers, PeerInfo peer, Optional<ProxyProtocolData> proxy) {
        String query = prologue.query().rawValue();
        Handshake handshake = new Handshake(address(peer, proxy), header(headers, HeaderNames.AUTHORIZATION),
                header(headers, HeaderNames.ORIGIN), header(headers, HeaderNames.USER_AGENT));
        boolean upgrade = header(headers, HeaderNames.UPGRADE).filter("websocket"::equalsIgnoreCase).isPresent();
        return new EngineRequest(prologue.method().text(), parameter(query, "EIO="), parameter(query, "transport="),
                parameter(query, "sid="), upgrade, handshake);
    }

    private static Optional<String> header(Headers headers, HeaderName name) {
        return headers.first(name);
    }

    private static String address(PeerInfo peer, Optional<ProxyProtocolData> proxy) {
        String told = proxy.map(ProxyProtocolData::sourceAddress).orElse("");
        if (!told.isEmpty()) {
            return told;
        }
        return peer.address() instanceof java.net.InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : peer.host();
    }

    // Helidon's own parser throws at malformed percent-encoding, and these values have no need of any.
    static String parameter(String query, String nameAndEquals) {
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
