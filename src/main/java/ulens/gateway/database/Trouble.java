package ulens.gateway.database;

import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * The reason why the database can't be used, from the driver's message.
 *
 * @param lasting
 *            whether somebody has to change the configuration; otherwise waiting helps
 * @param reason
 *            one line without secrets
 */
record Trouble(boolean lasting, String reason) {
    private static final Pattern BOUNCER = Pattern.compile("unsupported startup parameter");
    // authentication, no such database or schema, no permission or unknown parameter, wrong value, not supported, TLS
    // refused, and settings that the driver itself does not understand
    private static final Set<String> LASTING_CLASSES = Set.of("28", "3D", "3F", "42", "22", "0A", "99");
    private static final String REJECTED_BY_DRIVER = "08004";
    // PgBouncer has one SQLSTATE for all its own messages, and the driver has one for all failures to connect
    private static final Pattern LASTING_WORDS = Pattern.compile("unsupported startup parameter|no such database"
            + "|no such user|does not support SSL|SSL required|TLS required|Invalid \\w+ value|could not be verified"
            + "|Could not (open|read|load) SSL|SSLSocketFactory|setting up the SSL connection",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PASSING_WORDS = Pattern.compile("no more connections|too many|query_wait_timeout",
            Pattern.CASE_INSENSITIVE);

    static Trouble of(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        String reason = words(failure);
        boolean lasting = !PASSING_WORDS.matcher(reason).find()
                && (state.length() == 5 && LASTING_CLASSES.contains(state.substring(0, 2))
                        || state.equals(REJECTED_BY_DRIVER) || LASTING_WORDS.matcher(reason).find()
                        || cause(failure, CertificateException.class).isPresent());
        return new Trouble(lasting, reason);
    }

    /** {@return whether a bouncer before the server does not pass on the settings of a session} */
    static boolean isBouncer(SQLException failure) {
        return BOUNCER.matcher(String.valueOf(failure.getMessage())).find();
    }

    /** {@return the driver's message, and that of its cause if it says more} */
    private static String words(SQLException failure) {
        StringBuilder words = new StringBuilder(String.valueOf(failure.getMessage()));
        Throwable cause = cause(failure, CertificateException.class).<Throwable> map(found -> found)
                .or(() -> cause(failure, SSLException.class)).orElse(failure.getCause());
        if (cause != null && cause.getMessage() != null && words.indexOf(cause.getMessage()) < 0) {
            words.append(" (").append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage())
                    .append(')');
        }
        return words.toString().replaceAll("\\p{Cntrl}+", " ");
    }

    static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
        }
        return Optional.empty();
    }
}
