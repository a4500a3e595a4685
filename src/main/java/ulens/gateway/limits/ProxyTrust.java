package ulens.gateway.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The proxies that are trusted to name the address of a client. Headers from any other peer can be forged and are
 * ignored.
 */
public final class ProxyTrust {
    /** No proxy is trusted. */
    public static final ProxyTrust NOBODY = new ProxyTrust(List.of());

    private final List<AddressRange> ranges;

    private ProxyTrust(List<AddressRange> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Creates the trust in some addresses.
     *
     * @param ranges
     *            addresses such as {@code 192.0.2.7} or {@code ::1}, or ranges such as {@code 10.0.0.0/8}
     *
     * @return the trust; empty if one of them is neither
     */
    public static Optional<ProxyTrust> of(Collection<String> ranges) {
        List<AddressRange> parsed = ranges.stream().map(AddressRange::parse).flatMap(Optional::stream).toList();
        return parsed.size() == ranges.size() ? Optional.of(new ProxyTrust(parsed)) : Optional.empty();
    }

    /**
     * Tells whether a peer is one of the proxies. Many clients connect from its address, so a limit per address must
     * use the address of the client instead.
     *
     * @param peer
     *            the other end of a TCP connection
     *
     * @return whether it is trusted
     */
    public boolean trusts(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && inet.getAddress() != null && trusts(inet.getAddress());
    }

    /**
     * Tells whether an address is that of a proxy.
     *
     * @param address
     *            the address
     *
     * @return whether it is trusted
     */
    public boolean trusts(InetAddress address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether no address is trusted} */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }
}
