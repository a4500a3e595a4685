package ulens.gateway.work;

import java.sql.SQLException;
import java.util.Map;

/** A failure in words for a log: what an operator needs, and nothing that a user or producer has written. */
public final class Reason {
    private static final int MOST = 300;

    private static final Map<String, String> WORDS = Map.ofEntries(Map.entry("42501", "permission denied"),
            Map.entry("55P03", "a lock is held by somebody else"), Map.entry("57014", "the statement took too long"),
            Map.entry("40P01", "a deadlock"), Map.entry("25006", "the database takes no writes"),
            Map.entry("53100", "the disk is full"), Map.entry("53300", "too many connections"),
            Map.entry("57P01", "the server was stopped"), Map.entry("57P03", "the server is starting or stopping"),
            Map.entry("42P01", "a table is missing"), Map.entry("42703", "a column is missing"),
            Map.entry("25P03", "the transaction was idle for too long"));
    /** By class, the first two characters. */
    private static final Map<String, String> CLASSES = Map.ofEntries(Map.entry("08", "no connection"),
            Map.entry("22", "the data does not fit"), Map.entry("23", "a constraint refuses the data"),
            Map.entry("25", "the transaction is in the wrong state"), Map.entry("28", "the login is refused"),
            Map.entry("3D", "there is no such database"), Map.entry("40", "the transaction was rolled back"),
            Map.entry("42", "the statement is refused"), Map.entry("53", "the server is out of resources"),
            Map.entry("54", "a limit of the server"), Map.entry("55", "not in this state"),
            Map.entry("57", "the server broke it off"), Map.entry("58", "the server's machine fails"),
            Map.entry("P0", "a function raised an error"), Map.entry("XX", "an internal error of the server"));

    private Reason() {
    }

    /**
     * Says why.
     *
     * @param failure
     *            what was thrown
     *
     * @return one line of at most {@value #MOST} characters. Of SQLSTATE classes 22, 23 and P0 the server's own message
     *         is left out, since it may quote the data
     */
    public static String of(Throwable failure) {
        SQLException sql = SqlState.cause(failure).orElse(null);
        if (sql == null) {
            Throwable deepest = failure;
            for (int depth = 0; deepest.getCause() != null && depth < MOST; depth++) {
                deepest = deepest.getCause();
            }
            return deepest.getClass().getSimpleName();
        }
        String state = sql.getSQLState();
        if (state == null || state.length() != 5) {
            return sql.getMessage() == null ? sql.getClass().getSimpleName() : line(sql.getMessage());
        }
        String kind = state.substring(0, 2);
        String words = WORDS.getOrDefault(state, CLASSES.getOrDefault(kind, "refused")) + " (SQLSTATE " + state + ")";
        boolean quotes = kind.equals("22") || kind.equals("23") || kind.equals("P0");
        return quotes ? words : line(words + ": " + sql.getMessage());
    }

    private static String line(String text) {
        String plain = String.valueOf(text).lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ").strip();
        return plain.length() > MOST ? plain.substring(0, MOST) : plain;
    }
}
