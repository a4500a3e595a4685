package ulens.gateway.limits;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds the address of a client from what the proxies in front wrote into the head of its request.
 * <p>
 * Each proxy appends the address that it was connected from, so only the right end of the list can be trusted. The list
 * is read from there, and the first address that is no proxy of ours is the client. Everything left of it was sent by
 * that client and may be forged. An entry that can't be read ends the search, and the address found so far counts:
 * skipping it would mean trusting what stands left of it.
 * <p>
 * A proxy that writes one of the two headers passes the other on as the client sent it. So if both are present and
 * disagree, neither is trusted, unless the operator has configured which one the proxy writes.
 */
public final class ClientAddress {
    /** Which header the proxies write. */
    public enum Header {
        /** {@code X-Forwarded-For}; {@code Forwarded} is ignored. */
        X_FORWARDED_FOR,
        /** {@code Forwarded} (RFC 7239); {@code X-Forwarded-For} is ignored. */
        FORWARDED,
        /** The one that is present; if both are, they must agree. */
        EITHER
    }

    private static final System.Logger LOGGER = System.getLogger(ClientAddress.class.getName());

    private final AtomicBoolean warned = new AtomicBoolean();
    private final ProxyTrust trust;
    private final Header header;

    /**
     * Creates a finder.
     *
     * @param trust
     *            the proxies that are trusted
     * @param header
     *            the header that these write
     */
    public ClientAddress(ProxyTrust trust, Header header) {
        this.trust = trust;
        this.header = header;
    }

    /** {@return the proxies that are trusted} */
    public ProxyTrust trust() {
        return trust;
    }

    /**
     * Finds the address of a client.
     *
     * @param peer
     *            the other end of the connection
     * @param xForwardedFor
     *            the lines of header {@code X-Forwarded-For}, in order
     * @param forwarded
     *            the lines of header {@code Forwarded}, in order
     *
     * @return the client's address; the peer's own if it is no proxy of ours or sends no header that can be read
     */
    public InetAddress of(InetAddress peer, List<String> xForwardedFor, List<String> forwarded) {
        if (!trust.trusts(peer)) {
            if (!(xForwardedFor.isEmpty() && forwarded.isEmpty()) && warned.compareAndSet(false, true)) {
                LOGGER.log(System.Logger.Level.WARNING,
                        "[GATEWAY][WS] {0} says for whom it speaks, but is none of PROXY_TRUSTED. If it is a proxy of "
                                + "yours, all its clients share one address and its limits",
                        peer.getHostAddress());
            }
            return peer;
        }
        return switch (header) {
            case X_FORWARDED_FOR -> walk(peer, ForwardedHeaders.addresses(xForwardedFor));
            case FORWARDED -> walk(peer, ForwardedHeaders.nodes(forwarded));
            case EITHER -> {
                InetAddress first = walk(peer, ForwardedHeaders.addresses(xForwardedFor));
                if (forwarded.isEmpty()) {
                    yield first;
                }
                InetAddress second = walk(peer, ForwardedHeaders.nodes(forwarded));
                yield xForwardedFor.isEmpty() || first.equals(second) ? second : peer;
            }
        };
    }

    private InetAddress walk(InetAddress peer, List<String> hops) {
        InetAddress found = peer;
        for (String hop : hops.reversed()) {
            Optional<InetAddress> address = IpAddress.ofNode(hop);
            if (address.isEmpty()) {
                return found;
            }
            found = address.get();
            if (!trust.trusts(found)) {
                return found;
            }
        }
        return found;
    }
}
