package ulens.gateway.engineio.request;

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

    private static final int LONGEST_TO_KEEP = 256;

    /** {@return a copy for the session to keep} Long texts are cut, since the Origin has been checked already. */
    public Handshake toKeep() {
        return new Handshake(remoteAddress, authorization, origin.map(Handshake::cut), userAgent.map(Handshake::cut));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TO_KEEP ? text : text.substring(0, LONGEST_TO_KEEP);
    }

    @Override
    public String toString() {
        return "Handshake[" + remoteAddress + "]";
    }
}
