package ulens.gateway.limits;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads IP addresses that came over the network: literals only, so that nothing is ever looked up. */
public final class IpAddress {
    // the JDK also takes 1.2 and 010.1.1.1, which others read differently
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
    private static final Pattern PORT = Pattern.compile(":(?:\\d{1,5}|_[\\w.-]{1,64})");

    private IpAddress() {
    }

    /** {@return the address in this text; an IPv4 address in IPv6 form becomes the IPv4 address} */
    public static Optional<InetAddress> parse(String text) {
        try {
            if (V4.matcher(text).matches()) {
                return Optional.of(Inet4Address.ofLiteral(text));
            }
            // without a colon the JDK would take it for IPv4
            return text.indexOf(':') >= 0 && V6.matcher(text).matches() ? Optional.of(InetAddress.ofLiteral(text))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /**
     * Reads an address as proxies write it: with a port or without, IPv6 in brackets or (without a port) not.
     *
     * @param node
     *            for example {@code 192.0.2.1:4711} or {@code [2001:db8::1]:4711}
     *
     * @return the address; empty for everything else, such as {@code unknown} and {@code _hidden}
     */
    static Optional<InetAddress> ofNode(String node) {
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            return end > 0 && isPortOrNothing(node.substring(end + 1))
                    ? parse(node.substring(1, end)).filter(_ -> node.substring(1, end).indexOf(':') >= 0)
                    : Optional.empty();
        }
        int colon = node.indexOf(':');
        boolean withPort = colon >= 0 && node.indexOf(':', colon + 1) < 0;
        if (withPort) {
            return isPortOrNothing(node.substring(colon)) ? parse(node.substring(0, colon)) : Optional.empty();
        }
        return parse(node);
    }

    private static boolean isPortOrNothing(String rest) {
        return rest.isEmpty() || PORT.matcher(rest).matches();
    }

    /**
     * {@return the network whose limits an address shares} An IPv6 address counts as its /64, since a client that has
     * one address of it usually has all.
     */
    static String network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        StringBuilder network = new StringBuilder(24);
        for (int i = 0; i < 8; i += 2) {
            network.append(Integer.toHexString((bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF)).append(':');
        }
        return network.append(":/64").toString();
    }
}
