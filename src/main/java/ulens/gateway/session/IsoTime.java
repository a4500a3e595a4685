package ulens.gateway.session;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/**
 * Writes times as JavaScript does: in UTC with milliseconds; years that need more than four digits have six and a sign.
 */
final class IsoTime {
    private static final String BEHIND_THE_YEAR = "-MM-dd'T'HH:mm:ss.SSS'Z'";
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("uuuu" + BEHIND_THE_YEAR, Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter FAR = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 6, 6, SignStyle.ALWAYS).appendPattern(BEHIND_THE_YEAR)
            .toFormatter(Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private IsoTime() {
    }

    static @Nullable String of(@Nullable Instant time) {
        if (time == null) {
            return null;
        }
        return (time.isBefore(YEAR_0) || !time.isBefore(YEAR_10000) ? FAR : FORMAT).format(time);
    }
}
