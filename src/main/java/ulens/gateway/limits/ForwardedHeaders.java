package ulens.gateway.limits;

import java.util.ArrayList;
import java.util.List;

/**
 * The hops in the headers {@code X-Forwarded-For} and {@code Forwarded} (RFC 7239), oldest first, over all lines. A hop
 * that can't be read is kept as an empty text, since it must not be skipped.
 */
final class ForwardedHeaders {
    private static final String UNREADABLE = "";

    private ForwardedHeaders() {
    }

    /** {@return the hops of X-Forwarded-For} */
    static List<String> addresses(List<String> lines) {
        List<String> hops = new ArrayList<>();
        for (String line : lines) {
            for (String hop : line.split(",", -1)) {
                // RFC 9110, 5.6.1: empty elements of a list do not count
                if (!hop.isBlank()) {
                    hops.add(hop.strip());
                }
            }
        }
        return hops;
    }

    /** {@return the values of "for" of each element of Forwarded} */
    static List<String> nodes(List<String> lines) {
        List<String> hops = new ArrayList<>();
        for (String line : lines) {
            for (String element : split(line, ',')) {
                if (!element.isBlank()) {
                    hops.add(node(element));
                }
            }
        }
        return hops;
    }

    /**
     * The whole element must be well-formed: a client that opens a quote in any parameter would otherwise swallow what
     * the proxy appends, and its own element would be the last one.
     */
    private static String node(String element) {
        String node = null;
        for (String pair : split(element, ';')) {
            int equals = pair.indexOf('=');
            String value = pair.substring(equals + 1).strip();
            if (pair.isBlank()) {
                continue;
            }
            if (equals <= 0 || pair.lastIndexOf('"', equals) >= 0 || !isTokenOrQuoted(value)) {
                return UNREADABLE;
            }
            if (pair.substring(0, equals).strip().equalsIgnoreCase("for")) {
                if (node != null) {
                    return UNREADABLE;
                }
                node = unquoted(value);
            }
        }
        return node == null ? UNREADABLE : node;
    }

    /** {@return whether there is no quote in it, or one around all of it} */
    private static boolean isTokenOrQuoted(String value) {
        if (!value.startsWith("\"")) {
            return value.indexOf('"') < 0;
        }
        int i = 1;
        while (i < value.length() && value.charAt(i) != '"') {
            i += value.charAt(i) == '\\' ? 2 : 1;
        }
        return i == value.length() - 1;
    }

    /** Splits where the separator stands outside of quotes. A quote that is never closed reaches to the end. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static String unquoted(String value) {
        return value.startsWith("\"") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }
}
