package ulens.gateway.config;

import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parameters of a database URL, translated into properties of the driver. An unknown parameter is refused and not
 * ignored: a misspelt {@code sslmode} would mean a connection without TLS.
 *
 * @param properties
 *            properties of the driver
 * @param schema
 *            schema of the tables, if the URL names one
 */
record DriverParameters(Map<String, String> properties, Optional<String> schema) {
    private static final Set<String> TLS_MODES = Set.of("disable", "allow", "prefer", "require", "verify-ca",
            "verify-full");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern SCHEMA = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$]{0,62}");
    private static final Set<String> KNOWN = known();
    // parameters that tune other clients and have no meaning here
    private static final Set<String> WITHOUT_MEANING = Set.of("connection_limit", "pool_timeout", "socket_timeout",
            "statement_cache_size", "max_idle_connection_lifetime", "max_connection_lifetime", "uselibpqcompat",
            "fallback_application_name", "client_encoding", "keepalives", "keepalives_idle", "keepalives_interval",
            "keepalives_count", "tcp_user_timeout", "sslcompression", "sslsni", "sslaccept", "gssencmode");

    /** Reads the parameters of a JDBC URL: the driver's own. */
    static DriverParameters ofJdbc(Map<String, String> given) {
        Map<String, String> properties = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (!KNOWN.contains(name)) {
                throw unknown(name, value);
            }
            properties.put(name, value);
        });
        return checked(properties);
    }

    /** Reads the parameters of libpq, of Node's clients and of Prisma; the driver's own are accepted as well. */
    static DriverParameters ofLibpq(Map<String, String> given) {
        Map<String, String> properties = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            switch (name) {
                case "schema" -> throw new UnusableUrlException("schema= is Prisma's; set env variable DATABASE_SCHEMA"
                        + " instead, to a schema that the gateway has for itself");
                case "sslmode" -> properties.put("sslmode", tlsMode(value));
                case "ssl" -> properties.put("sslmode", tls(value));
                case "sslrootcert" -> properties.put(value.equals("system") ? "sslfactory" : "sslrootcert",
                        value.equals("system") ? "org.postgresql.ssl.DefaultJavaSSLFactory" : value);
                case "target_session_attrs" -> properties.put("targetServerType", target(value));
                case "load_balance_hosts" ->
                        properties.put("loadBalanceHosts", Boolean.toString(!value.equals("disable")));
                case "application_name" -> properties.put("ApplicationName", value);
                case "connect_timeout" -> properties.put("connectTimeout", number(name, value));
                case "channel_binding" -> properties.put("channelBinding", value);
                case "pgbouncer" -> properties.put("prepareThreshold", value.equals("true") ? "0" : "3");
                default -> {
                    if (KNOWN.contains(name)) {
                        properties.put(name, value);
                    } else if (!WITHOUT_MEANING.contains(name)) {
                        throw unknown(name, value);
                    }
                }
            }
        });
        return checked(properties);
    }

    private static DriverParameters checked(Map<String, String> properties) {
        if (properties.containsKey("sslmode")) {
            properties.put("sslmode", tlsMode(properties.get("sslmode")));
        }
        String target = properties.getOrDefault("targetServerType", "primary");
        if (!Set.of("any", "primary", "master", "preferPrimary").contains(target)) {
            throw new UnusableUrlException(
                    "targetServerType asks for a server that can only read; expected primary or any: the gateway writes");
        }
        for (String name : Set.of("connectTimeout", "socketTimeout", "prepareThreshold", "hostRecheckSeconds")) {
            if (properties.containsKey(name)) {
                number(name, properties.get(name));
            }
        }
        Optional<String> schema = Optional.ofNullable(properties.remove("currentSchema"))
                .map(path -> path.split(",", 2)[0].strip()).map(name -> name.replace("\"", ""));
        if (schema.filter(name -> !SCHEMA.matcher(name).matches()).isPresent()) {
            throw new UnusableUrlException("currentSchema is not the name of a schema");
        }
        return new DriverParameters(properties, schema);
    }

    private static String tlsMode(String value) {
        String mode = value.toLowerCase(Locale.ROOT);
        // Node's name for TLS without verification of the certificate, which libpq calls require
        if (mode.equals("no-verify")) {
            return "require";
        }
        if (!TLS_MODES.contains(mode)) {
            throw new UnusableUrlException("sslmode is unknown; expected one of disable, allow, prefer, require,"
                    + " verify-ca, verify-full, no-verify");
        }
        return mode;
    }

    /** Translates Node's {@code ssl}: true verifies the certificate. */
    private static String tls(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "" -> "verify-full";
            case "false", "0" -> "disable";
            case "no-verify" -> "require";
            default -> throw new UnusableUrlException("ssl is unknown; expected true, false or no-verify");
        };
    }

    private static String target(String value) {
        return switch (value) {
            case "any" -> "any";
            case "read-write", "primary" -> "primary";
            default -> throw new UnusableUrlException(
                    "target_session_attrs is not read-write, primary or any: the gateway writes");
        };
    }

    private static String number(String name, String value) {
        if (!NUMBER.matcher(value).matches()) {
            throw new UnusableUrlException(name + " is not a number");
        }
        return value;
    }

    /** A parameter without a value is not repeated: it may be the rest of a password with a question mark in it. */
    private static UnusableUrlException unknown(String name, String value) {
        return new UnusableUrlException(
                "parameter " + (value.isEmpty() ? "" : name + " ") + "is unknown; remove or correct it");
    }

    private static Set<String> known() {
        try {
            String url = "jdbc:postgresql://localhost/any";
            return Arrays.stream(DriverManager.getDriver(url).getPropertyInfo(url, new Properties()))
                    .map((DriverPropertyInfo info) -> info.name).filter(name -> !name.startsWith("PG"))
                    // these name classes to be run or files to be written
                    .filter(name -> !name.startsWith("logger")).collect(Collectors.toUnmodifiableSet());
        } catch (SQLException failure) {
            throw new IllegalStateException("the PostgreSQL driver is not there", failure);
        }
    }
}
