package ulens.gateway.http;

import ulens.gateway.limits.IpAddress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the header of the PROXY protocol, versions 1 and 2, with which a proxy begins a connection. */
final class ProxyHeader {
    /**
     * Longest header of version 1 in bytes, and longest header of version 2 that is accepted: addresses and some TLVs.
     */
    static final int MOST_V1 = 107;
    static final int MOST_V2 = 16 + 4_096;

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };
    private static final int V2_HEAD = 16;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");
    private static final int MOST_PORT = 65_535;

    private ProxyHeader() {
    }

    /** What the first bytes of a connection are. */
    sealed interface Found {
        /** An incomplete header. */
        record Incomplete() implements Found {
        }

        /** No header. */
        record Bad() implements Found {
        }

        /**
         * A whole header.
         *
         * @param source
         *            the client; empty if the proxy connects for itself (a health check) or does not know the client
         * @param length
         *            bytes of the header
         */
        record Header(Optional<InetSocketAddress> source, int length) implements Found {
        }
    }

    private static final Found INCOMPLETE = new Found.Incomplete();
    private static final Found BAD = new Found.Bad();

    /** {@return what these first bytes of a connection are} */
    static Found read(byte[] bytes) {
        if (bytes.length == 0) {
            return INCOMPLETE;
        }
        return bytes[0] == V1[0] ? version1(bytes) : version2(bytes);
    }

    private static boolean begins(byte[] bytes, byte[] with) {
        int length = Math.min(bytes.length, with.length);
        return Arrays.equals(bytes, 0, length, with, 0, length);
    }

    private static Found version1(byte[] bytes) {
        if (!begins(bytes, V1)) {
            return BAD;
        }
        int end = 0;
        while (end < bytes.length && end < MOST_V1 && bytes[end] != '\n') {
            end++;
        }
        if (end == bytes.length && end < MOST_V1) {
            return INCOMPLETE;
        }
        if (end == MOST_V1 || end == 0 || bytes[end - 1] != '\r') {
            return BAD;
        }
        String[] words = new String(bytes, 0, end - 1, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new Found.Header(Optional.empty(), end + 1);
        }
        return words.length == 6 ? addresses(words, end + 1) : BAD;
    }

    private static Found addresses(String[] words, int length) {
        int bytes = switch (words[1]) {
            case "TCP4" -> 4;
            case "TCP6" -> 16;
            default -> 0;
        };
        Optional<InetAddress> source = IpAddress.parse(words[2]);
        boolean right = isOf(source, words[2], bytes) && isOf(IpAddress.parse(words[3]), words[3], bytes)
                && isPort(words[4]) && isPort(words[5]);
        return right
                ? new Found.Header(source.map(address -> new InetSocketAddress(address, Integer.parseInt(words[4]))),
                        length)
                : BAD;
    }

    /** Also true for an IPv4 address in IPv6 form, which the JDK has turned into the IPv4 address. */
    private static boolean isOf(Optional<InetAddress> address, String text, int bytes) {
        return address.isPresent() && (text.indexOf(':') < 0 ? 4 : 16) == bytes;
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= MOST_PORT;
    }

    private static Found version2(byte[] bytes) {
        if (!begins(bytes, V2)) {
            return BAD;
        }
        if (bytes.length < V2_HEAD) {
            return INCOMPLETE;
        }
        int version = bytes[12] >> 4 & 0xF;
        int command = bytes[12] & 0xF;
        int length = V2_HEAD + unsignedShort(bytes, 14);
        if (version != 2 || command > 1 || length > MOST_V2) {
            return BAD;
        }
        if (bytes.length < length) {
            return INCOMPLETE;
        }
        // command 0: a connection of the proxy itself, for example a health check
        return command == 0 ? new Found.Header(Optional.empty(), length) : addresses(bytes, length);
    }

    private static Found addresses(byte[] bytes, int length) {
        int each = switch (bytes[13] & 0xFF) {
            case TCP4 -> 4;
            case TCP6 -> 16;
            default -> 0;
        };
        if (each == 0) {
            // a Unix socket, or no address: by the protocol the address of the connection is used
            return new Found.Header(Optional.empty(), length);
        }
        if (length < V2_HEAD + 2 * each + 4) {
            return BAD;
        }
        try {
            InetAddress source = InetAddress.getByAddress(Arrays.copyOfRange(bytes, V2_HEAD, V2_HEAD + each));
            return new Found.Header(
                    Optional.of(new InetSocketAddress(source, unsignedShort(bytes, V2_HEAD + 2 * each))), length);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static int unsignedShort(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }
}
