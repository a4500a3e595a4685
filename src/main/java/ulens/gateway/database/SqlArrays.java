package ulens.gateway.database;

import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbColumn;

import java.sql.Array;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Reads arrays from a result. An array that is null, such as an aggregate of no rows, is read as empty. */
public final class SqlArrays {
    private static final String[] NO_TEXTS = {};
    private static final Long[] NO_NUMBERS = {};

    private SqlArrays() {
    }

    /**
     * Reads a {@code text[]}.
     *
     * @param column
     *            a column of a result
     *
     * @return its elements, which may be null
     */
    public static String[] texts(DbColumn column) {
        return (String[]) array(column, NO_TEXTS);
    }

    /**
     * Reads a {@code bigint[]}.
     *
     * @param column
     *            a column of a result; no element may be null
     *
     * @return its elements
     */
    public static long[] numbers(DbColumn column) {
        Long[] boxed = (Long[]) array(column, NO_NUMBERS);
        long[] numbers = new long[boxed.length];
        for (int i = 0; i < boxed.length; i++) {
            numbers[i] = boxed[i];
        }
        return numbers;
    }

    /**
     * Reads a {@code bigint[]} of microseconds since 1970: {@link java.sql.Timestamp} would use another calendar for
     * the distant past.
     *
     * @param column
     *            a column of a result
     *
     * @return its elements, which may be null
     */
    public static Instant[] times(DbColumn column) {
        Long[] micros = (Long[]) array(column, NO_NUMBERS);
        Instant[] times = new Instant[micros.length];
        for (int i = 0; i < micros.length; i++) {
            times[i] = micros[i] == null ? null : Instant.EPOCH.plus(micros[i], ChronoUnit.MICROS);
        }
        return times;
    }

    private static Object array(DbColumn column, Object otherwise) {
        Array array = column.get(Array.class);
        try {
            return array == null ? otherwise : array.getArray();
        } catch (SQLException failure) {
            throw new DbClientException("An array of a result can't be read", failure);
        }
    }
}
