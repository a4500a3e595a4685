package ulens.gateway.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code scheme://user:password@host:port,host:port/path?name=value&…}, read as the clients of PostgreSQL and RabbitMQ
 * read it, which is more lenient than RFC 3986: host names may have underscores, and user and password any character
 * that does not end them ({@code / ?}), also one that should have been percent-encoded. The last {@code @} ends the
 * password. A plus sign stands for itself.
 *
 * @param scheme
 *            in lower case
 * @param user
 *            decoded
 * @param password
 *            decoded
 * @param hosts
 *            in the order of the URL; may be empty
 * @param path
 *            the text behind the first slash, not decoded; empty without a slash
 * @param parameters
 *            decoded values by name, in the order of the URL
 */
public record ServerUrl(String scheme, Optional<String> user, Optional<String> password, List<Host> hosts,
        Optional<String> path, Map<String, String> parameters) {

    private static final Pattern HOST = Pattern
            .compile("(\\[([0-9A-Fa-f:.]+(%[\\w.-]+)?)]|[\\p{L}\\p{N}._-]+)(:(.*))?");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][\\w.-]{0,63}");
    private static final int LARGEST_PORT = 65_535;
    private static final String ESCAPES = "; in a password / ? and @ are written %2F %3F %40";

    /**
     * A server.
     *
     * @param name
     *            name or address, IPv6 without brackets
     * @param port
     *            port, if the URL names one
     */
    public record Host(String name, OptionalInt port) {
        /**
         * Writes the server as in a URL.
         *
         * @param defaultPort
         *            port to write if the URL names none
         *
         * @return name and port; an IPv6 address is in brackets
         */
        public String text(int defaultPort) {
            return (name.contains(":") ? "[" + name + "]" : name) + ":" + port.orElse(defaultPort);
        }
    }

    /**
     * Reads a URL.
     *
     * @param text
     *            the URL
     *
     * @return its parts
     *
     * @throws UnusableUrlException
     *             if the text is not a URL
     */
    public static ServerUrl parse(String text) {
        int colon = text.indexOf("://");
        if (colon < 1) {
            throw new UnusableUrlException("it has no scheme followed by ://");
        }
        String rest = text.substring(colon + 3);
        int end = end(rest);
        String authority = rest.substring(0, end);
        int at = authority.lastIndexOf('@');
        String login = at < 0 ? null : authority.substring(0, at);
        int separator = login == null ? -1 : login.indexOf(':');
        int question = rest.indexOf('?', end);
        String path = rest.substring(end, question < 0 ? rest.length() : question);
        if (at < 0 && path.contains("@")) {
            throw new UnusableUrlException("an @ comes after the first slash" + ESCAPES);
        }
        return new ServerUrl(text.substring(0, colon).toLowerCase(Locale.ROOT),
                Optional.ofNullable(login).map(all -> decoded(separator < 0 ? all : all.substring(0, separator))),
                login == null || separator < 0 ? Optional.empty()
                        : Optional.of(decoded(login.substring(separator + 1))),
                hosts(authority.substring(at + 1)), path.isEmpty() ? Optional.empty() : Optional.of(path.substring(1)),
                question < 0 ? Map.of() : parameters(rest.substring(question + 1)));
    }

    private static int end(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if (rest.charAt(i) == '/' || rest.charAt(i) == '?') {
                return i;
            }
        }
        return rest.length();
    }

    /**
     * Reads a list of servers.
     *
     * @param text
     *            {@code host:port,host:port}, each port optional
     *
     * @return the servers; none if the text is empty
     *
     * @throws UnusableUrlException
     *             if the text is no such list
     */
    public static List<Host> hosts(String text) {
        List<Host> hosts = new ArrayList<>();
        for (String item : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            hosts.add(host(item));
        }
        return List.copyOf(hosts);
    }

    private static Host host(String text) {
        if (text.isEmpty() || text.startsWith(":") && text.lastIndexOf(':') == 0) {
            throw new UnusableUrlException("a host name is missing");
        }
        if (text.regionMatches(true, 0, "%2F", 0, 3)) {
            throw new UnusableUrlException("sockets of the file system are not supported; expected a host name");
        }
        if (!text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':')) {
            throw new UnusableUrlException(
                    "the host has more than one colon; expected an IPv6 address in brackets, like" + " [::1]"
                            + ESCAPES);
        }
        Matcher matcher = HOST.matcher(text);
        if (!matcher.matches()) {
            throw new UnusableUrlException("the host is not a name or address" + ESCAPES);
        }
        String name = matcher.group(2) == null ? matcher.group(1) : matcher.group(2);
        return new Host(name, matcher.group(5) == null || matcher.group(5).isEmpty() ? OptionalInt.empty()
                : OptionalInt.of(port(matcher.group(5))));
    }

    private static int port(String text) {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (port < 1 || port > LARGEST_PORT) {
            throw new UnusableUrlException("the port is not a number from 1 to 65535" + ESCAPES);
        }
        return port;
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
            if (!parameter.isEmpty() && !NAME.matcher(name).matches()) {
                throw new UnusableUrlException("what follows the ? is not name=value&name=value" + ESCAPES);
            }
            if (!parameter.isEmpty()) {
                parameters.put(name, equals < 0 ? "" : decoded(parameter.substring(equals + 1)));
            }
        }
        return parameters;
    }

    /**
     * Resolves percent-encoding. A percent sign without two hexadecimal digits behind it stands for itself.
     *
     * @param text
     *            a part of a URL
     *
     * @return the text that it stands for
     */
    public static String decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                plain.write(bytes[i]);
            } else {
                plain.write(high << 4 | low);
                i += 2;
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    /**
     * Percent-encodes a text, the opposite of {@link #decoded}.
     *
     * @param text
     *            any text
     *
     * @return the encoded text; only letters, digits and {@code - . _} and the tilde are left as they are
     */
    public static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || "-._~".indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", b));
            }
        }
        return encoded.toString();
    }

    @Override
    public String toString() {
        return scheme + "://" + hosts;
    }
}
