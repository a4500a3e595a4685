package ulens.gateway.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The URL of the database. Everything that may be secret is kept apart from it, so that the URL may be logged.
 *
 * @param jdbcUrl
 *            {@code jdbc:postgresql://host:port,host:port/db}, without parameters
 * @param properties
 *            properties of the driver: {@code user}, {@code password}, {@code sslmode} and so on
 * @param schema
 *            schema of the tables, if the URL names one ({@code currentSchema})
 */
public record DatabaseUrl(String jdbcUrl, Map<String, String> properties, Optional<String> schema) {

    private static final String JDBC = "jdbc:postgresql:";
    private static final int DEFAULT_PORT = 5432;

    /**
     * Reads {@code postgresql://user:password@host:port,host:port/db?…} (also {@code postgres://}) with the parameters
     * of libpq and of Node's clients, or a JDBC URL of PostgreSQL with {@code user} and {@code password} as parameters.
     *
     * @param text
     *            the URL
     *
     * @return its parts
     *
     * @throws UnusableUrlException
     *             if it is neither; the message names the wrong part
     */
    public static DatabaseUrl parse(String text) {
        return text.startsWith("jdbc:") ? jdbc(text) : libpq(text);
    }

    private static DatabaseUrl libpq(String text) {
        ServerUrl url = ServerUrl.parse(text);
        if (!List.of("postgresql", "postgres").contains(url.scheme())) {
            throw new UnusableUrlException("the scheme is not postgresql, postgres or jdbc:postgresql");
        }
        Map<String, String> given = new LinkedHashMap<>(url.parameters());
        List<ServerUrl.Host> hosts = url.hosts().isEmpty() ? hosts(given.remove("host"), given.remove("port"))
                : url.hosts();
        String database = Optional.ofNullable(given.remove("dbname")).or(() -> url.path().map(ServerUrl::decoded))
                .orElse("");
        url.user().filter(user -> !user.isEmpty()).ifPresent(user -> given.put("user", user));
        url.password().ifPresent(password -> given.put("password", password));
        return of(hosts, database, DriverParameters.ofLibpq(given));
    }

    private static DatabaseUrl jdbc(String text) {
        if (!text.startsWith(JDBC)) {
            throw new UnusableUrlException("it is a JDBC URL of another database than PostgreSQL");
        }
        String rest = text.substring(JDBC.length());
        // the short form jdbc:postgresql:database has no host
        ServerUrl url = ServerUrl
                .parse("postgresql://" + (rest.startsWith("//") ? rest.substring(2) : "localhost/" + rest));
        if (url.user().isPresent()) {
            // the driver accepts no credentials there, and would repeat them in its messages
            throw new UnusableUrlException("in a JDBC URL user and password are parameters: ?user=…&password=…");
        }
        return of(url.hosts().isEmpty() ? ServerUrl.hosts("localhost") : url.hosts(),
                url.path().map(ServerUrl::decoded).orElse(""), DriverParameters.ofJdbc(url.parameters()));
    }

    private static List<ServerUrl.Host> hosts(String names, String ports) {
        if (names == null || names.isEmpty()) {
            throw new UnusableUrlException("the host is missing");
        }
        if (names.startsWith("/")) {
            throw new UnusableUrlException("sockets of the file system are not supported; expected a host name");
        }
        String[] name = names.split(",", -1);
        String[] port = ports == null ? new String[] { "" } : ports.split(",", -1);
        if (port.length != 1 && port.length != name.length) {
            throw new UnusableUrlException("host and port name different numbers of servers");
        }
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < name.length; i++) {
            String bracketed = name[i].contains(":") && !name[i].startsWith("[") ? "[" + name[i] + "]" : name[i];
            joined.append(i == 0 ? "" : ",").append(bracketed).append(':').append(port[port.length == 1 ? 0 : i]);
        }
        return ServerUrl.hosts(joined.toString());
    }

    private static DatabaseUrl of(List<ServerUrl.Host> hosts, String database, DriverParameters parameters) {
        if (database.isEmpty()) {
            throw new UnusableUrlException("the database is missing: /name after the host");
        }
        Map<String, String> properties = new LinkedHashMap<>(parameters.properties());
        if (hosts.size() > 1) {
            // the gateway needs a primary, and after a failover another of the hosts is the primary
            properties.putIfAbsent("targetServerType", "primary");
            properties.putIfAbsent("hostRecheckSeconds", "1");
        }
        return new DatabaseUrl(
                JDBC + "//" + hosts.stream().map(host -> host.text(DEFAULT_PORT)).collect(Collectors.joining(",")) + "/"
                        + ServerUrl.encoded(database),
                Map.copyOf(properties), parameters.schema());
    }

    /** {@return the user, if one is given} */
    public Optional<String> user() {
        return Optional.ofNullable(properties.get("user"));
    }

    /** {@return the password, if one is given} */
    public Optional<String> password() {
        return Optional.ofNullable(properties.get("password"));
    }

    @Override
    public String toString() {
        return jdbcUrl;
    }
}
