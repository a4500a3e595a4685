package ulens.gateway.intake.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * Reads a time in an event, in any unambiguous form: text (see {@link TimeText}), seconds or milliseconds since 1970,
 * or MongoDB's {@code {"$date": …}}.
 * <p>
 * The size of a number tells its unit. Below 10^11 it counts seconds (to the year 5138), from there to below 10^15
 * milliseconds (from 1973 on); larger ones may be microseconds or nanoseconds and are not read. Digits in a text are a
 * number only if there are 10 or 13, the lengths of seconds and milliseconds since 2001: 8 or 14 digits may also be a
 * date.
 * <p>
 * The result has microseconds, as the table stores them, so that a live row and its replay have the same time, and lies
 * in the range of both PostgreSQL and JavaScript.
 */
final class EventTime {
    /** The first year of PostgreSQL's timestamptz, 4713 BC; JavaScript begins long before. */
    private static final Instant FIRST = Instant.parse("-4712-01-01T00:00:00Z");
    /** The last moment of JavaScript's Date; PostgreSQL ends later. */
    private static final Instant LAST = Instant.ofEpochMilli(8_640_000_000_000_000L);
    private static final BigDecimal MOST_MILLIS = BigDecimal.valueOf(LAST.toEpochMilli());

    private static final BigDecimal SECONDS_END = BigDecimal.valueOf(100_000_000_000L);
    private static final BigDecimal MILLIS_END = BigDecimal.valueOf(1_000_000_000_000_000L);
    private static final int MOST_TEXT = 100;
    private static final Pattern EPOCH = Pattern.compile("-?(\\d{10}|\\d{13})(\\.\\d+)?");
    private static final Pattern LONG = Pattern.compile("-?\\d{1,18}");

    /** The unit of a number. */
    private enum Unit {
        BY_SIZE, MILLIS
    }

    private EventTime() {
    }

    /**
     * Reads the value that the parser stands at, to its end.
     *
     * @param parser
     *            positioned at a value
     *
     * @return the time, or null if it can't be read
     */
    static @Nullable Instant read(JsonParser parser) {
        Instant time = read(parser, Unit.BY_SIZE);
        return time == null || time.isBefore(FIRST) || time.isAfter(LAST) ? null : time.truncatedTo(ChronoUnit.MICROS);
    }

    private static @Nullable Instant read(JsonParser parser, Unit unit) {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString(), unit);
            case START_OBJECT -> extended(parser, unit);
            default -> {
                parser.skipChildren();
                yield null;
            }
        };
    }

    private static @Nullable Instant text(String text) {
        if (text.length() > MOST_TEXT) {
            return null;
        }
        String bare = text.strip();
        return EPOCH.matcher(bare).matches() ? number(bare, Unit.BY_SIZE) : TimeText.read(bare);
    }

    private static @Nullable Instant number(String text, Unit unit) {
        if (text.length() > MOST_TEXT) {
            return null;
        }
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException _) {
            return null;
        }
        BigDecimal size = value.abs();
        if (unit == Unit.BY_SIZE ? size.compareTo(MILLIS_END) >= 0 : size.compareTo(MOST_MILLIS) > 0) {
            return null;
        }
        // too small to matter, and too long to be written out: 1e-400000000
        if (value.scale() > 2 * MOST_TEXT) {
            return Instant.EPOCH;
        }
        boolean seconds = unit == Unit.BY_SIZE && size.compareTo(SECONDS_END) < 0;
        long micros = value.movePointRight(seconds ? 6 : 3).setScale(0, RoundingMode.FLOOR).longValueExact();
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** MongoDB's Extended JSON, old and new: numbers in {@code $date} are milliseconds. */
    private static @Nullable Instant extended(JsonParser parser, Unit unit) {
        Instant time = null;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            if ("$date".equals(name) && unit == Unit.BY_SIZE) {
                time = read(parser, Unit.MILLIS);
            } else if ("$numberLong".equals(name) && token == JsonToken.VALUE_STRING) {
                String digits = parser.getString();
                time = LONG.matcher(digits).matches() ? number(digits, unit) : null;
            } else {
                parser.skipChildren();
            }
        }
        return time;
    }
}
