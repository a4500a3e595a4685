package ulens.gateway;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the database is, with the credentials kept apart from the URL so that the URL may be shown.
 *
 * @param jdbcUrl
 *            {@code jdbc:postgresql://host:port/db?…}, without credentials
 * @param user
 *            user name, if one is given
 * @param password
 *            password, if one is given
 */
public record DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<String> password) {

    /**
     * Reads {@code postgresql://user:password@host:port/db?…} (also {@code postgres://}) or a JDBC URL of PostgreSQL
     * with {@code user} and {@code password} as parameters.
     *
     * @param text
     *            the URL
     *
     * @return its parts
     *
     * @throws IllegalArgumentException
     *             if it is neither
     */
    public static DatabaseUrl parse(String text) {
        if (text.startsWith("jdbc:postgresql:")) {
            return jdbc(text);
        }
        URI uri = URI.create(text);
        if (!("postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme())) || uri.getHost() == null
                || uri.getPath() == null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException("not a PostgreSQL URL");
        }
        String userInfo = uri.getRawUserInfo();
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        Optional<String> user = Optional.ofNullable(userInfo)
                .map(info -> decoded(colon < 0 ? info : info.substring(0, colon)));
        Optional<String> password = colon < 0 ? Optional.empty() : Optional.of(decoded(userInfo.substring(colon + 1)));
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        DatabaseUrl rest = jdbc("jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getRawPath() + query);
        return new DatabaseUrl(rest.jdbcUrl(), user.or(rest::user), password.or(rest::password));
    }

    private static DatabaseUrl jdbc(String text) {
        int question = text.indexOf('?');
        if (text.substring(0, question < 0 ? text.length() : question).indexOf('@') >= 0) {
            // the driver takes no credentials there, and would repeat them in its messages
            throw new IllegalArgumentException("a JDBC URL has user and password as parameters");
        }
        if (question < 0) {
            return new DatabaseUrl(text, Optional.empty(), Optional.empty());
        }
        StringBuilder rest = new StringBuilder(text.substring(0, question));
        char separator = '?';
        Optional<String> user = Optional.empty();
        Optional<String> password = Optional.empty();
        for (String parameter : text.substring(question + 1).split("&")) {
            if (parameter.startsWith("user=")) {
                user = Optional.of(decoded(parameter.substring(5)));
            } else if (parameter.startsWith("password=")) {
                password = Optional.of(decoded(parameter.substring(9)));
            } else {
                rest.append(separator).append(parameter);
                separator = '&';
            }
        }
        return new DatabaseUrl(rest.toString(), user, password);
    }

    private static String decoded(String text) {
        // a plus is a plus here, not a space
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        int question = jdbcUrl.indexOf('?');
        return question < 0 ? jdbcUrl : jdbcUrl.substring(0, question);
    }
}
