package ulens.gateway.database;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Map;
import java.util.Objects;

/** Writes times in the form that PostgreSQL reads. */
public final class SqlTime {
    private static final Instant YEAR_1 = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");
    private static final DateTimeFormatter FAR = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR_OF_ERA, 4, 9, SignStyle.NEVER).appendPattern("-MM-dd HH:mm:ss.SSSSSS'Z'")
            .appendText(ChronoField.ERA, Map.of(0L, " BC", 1L, "")).toFormatter().withZone(ZoneOffset.UTC);

    private SqlTime() {
    }

    /**
     * Writes a time as text that can be cast to {@code timestamptz}.
     *
     * @param time
     *            may be null
     *
     * @return the text; years beyond 9999 have no sign, years before 1 end with BC; null for null
     */
    public static @Nullable String text(@Nullable Instant time) {
        if (time == null || !time.isBefore(YEAR_1) && time.isBefore(YEAR_10000)) {
            return Objects.toString(time, null);
        }
        return FAR.format(time);
    }
}
