package ulens.gateway.limits;

/** Groups addresses that share the limits per address. */
public final class Network {
    private Network() {
    }

    /**
     * Finds the network whose limits an address shares.
     *
     * @param address
     *            an IP address as text, as it came from a socket or from {@link ClientAddress}
     *
     * @return the /64 of an IPv6 address, since a client that has one address of it usually has all; every other text
     *         as it is
     */
    public static String of(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        int scope = address.indexOf('%');
        return IpAddress.parse(scope < 0 ? address : address.substring(0, scope)).map(IpAddress::network)
                .orElse(address);
    }
}
