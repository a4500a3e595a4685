package ulens.gateway.engineio;

import java.util.Optional;

/**
 * The HTTP request that opened a session. Its parts may hold credentials, so it must never be logged as a whole;
 * {@link #toString()} leaves them out.
 *
 * @param remoteAddress
 *            the peer's IP address as text
 * @param authorization
 *            the value of the Authorization header
 * @param origin
 *            the value of the Origin header
 * @param userAgent
 *            the value of the User-Agent header
 */
public record Handshake(String remoteAddress, Optional<String> authorization, Optional<String> origin,
        Optional<String> userAgent) {
    @Override
    public String toString() {
        return "Handshake[" + remoteAddress + "]";
    }
}
