package ulens.gateway.intake.event;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Reads a time from text: ISO 8601 as the libraries of many languages write it. {@code T} or blanks before the time of
 * day, or no time of day; a fraction of any length behind a point or a comma; {@code Z}, {@code UTC}, an offset with or
 * without colons, or nothing, which is UTC; zone names and other tags in brackets behind that (RFC 9557); the form
 * without separators ({@code 20260101T100000Z}); years beyond 9999 with a sign. Also dates as in HTTP headers (RFC
 * 1123). If both an offset and a zone are given the offset counts.
 */
final class TimeText {
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int NANO_DIGITS = 9;

    private final String text;
    private int at;

    private TimeText(String text) {
        this.text = text;
    }

    /**
     * Reads a time.
     *
     * @param text
     *            the text, without blanks around it
     *
     * @return the time, or null if it can't be read
     */
    static @Nullable Instant read(String text) {
        try {
            return text.isEmpty() ? null
                    : Character.isLetter(text.charAt(0)) ? header(text) : new TimeText(text).instant();
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static Instant header(String text) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    }

    private Instant instant() {
        int begin = at;
        int sign = accept("+") ? 1 : accept("-") ? -1 : 0;
        int digits = run();
        boolean compact = sign == 0 && digits == 8;
        require(compact || (sign == 0 ? digits == 4 : digits >= 4 && digits <= 6));
        int year = number(compact ? 4 : digits) * (sign < 0 ? -1 : 1);
        int month = part(!compact, "-");
        int day = part(!compact, "-");
        long days = LocalDate.of(year, month, day).toEpochDay();
        require(text.charAt(begin) != '-' || year != 0);
        if (at == text.length()) {
            // eight digits alone may be anything
            require(!compact);
            return Instant.ofEpochSecond(days * SECONDS_PER_DAY);
        }
        require(accept("T") || accept("t") || blanks());
        return inZone(days * SECONDS_PER_DAY + secondOfDay(), fraction());
    }

    /** 24:00 is the end of the day, and a leap second is the next one. */
    private int secondOfDay() {
        int hour = number(2);
        boolean colons = at < text.length() && text.charAt(at) == ':';
        int minute = 0;
        int second = 0;
        if (colons || run() >= 2) {
            minute = part(colons, ":");
            if (colons ? accept(":") : run() >= 2) {
                second = number(2);
            }
        }
        require(minute < 60 && second <= 60 && (hour < 24 || hour == 24 && minute == 0 && second == 0));
        return (hour * 60 + minute) * 60 + second;
    }

    private int fraction() {
        if (!accept(".") && !accept(",")) {
            return 0;
        }
        int digits = run();
        require(digits > 0);
        int kept = Math.min(digits, NANO_DIGITS);
        int nanos = number(kept);
        at += digits - kept;
        for (int i = kept; i < NANO_DIGITS; i++) {
            nanos *= 10;
        }
        return nanos;
    }

    private Instant inZone(long localSeconds, int nanos) {
        blanks();
        ZoneOffset offset = offset();
        blanks();
        String zone = tags();
        require(at == text.length());
        if (offset == null && zone != null) {
            offset = offsetThere(zone, localSeconds, nanos);
        }
        return Instant.ofEpochSecond(localSeconds - (offset == null ? 0 : offset.getTotalSeconds()), nanos);
    }

    /** Refuses the hour that occurs twice in autumn and the one that is skipped in spring, since they are ambiguous. */
    private static ZoneOffset offsetThere(String zone, long localSeconds, int nanos) {
        LocalDateTime local = LocalDateTime.ofEpochSecond(localSeconds, nanos, ZoneOffset.UTC);
        List<ZoneOffset> offsets = ZoneId.of(zone).getRules().getValidOffsets(local);
        require(offsets.size() == 1);
        return offsets.getFirst();
    }

    private @Nullable ZoneOffset offset() {
        if (accept("Z") || accept("z") || accept("UTC") || accept("GMT")) {
            return ZoneOffset.UTC;
        }
        int sign = accept("+") ? 1 : accept("-") || accept("\u2212") ? -1 : 0;
        if (sign == 0) {
            return null;
        }
        int hours = number(2);
        boolean colons = at < text.length() && text.charAt(at) == ':';
        int minutes = colons || run() >= 2 ? part(colons, ":") : 0;
        int seconds = colons && accept(":") ? number(2) : !colons && run() >= 2 ? number(2) : 0;
        return ZoneOffset.ofHoursMinutesSeconds(sign * hours, sign * minutes, sign * seconds);
    }

    /** {@return the name of the zone among the tags in brackets, or null} */
    private @Nullable String tags() {
        String zone = null;
        while (accept("[")) {
            int end = text.indexOf(']', at);
            require(end > at);
            String tag = text.substring(text.charAt(at) == '!' ? at + 1 : at, end);
            zone = zone == null && tag.indexOf('=') < 0 ? tag : zone;
            at = end + 1;
        }
        return zone;
    }

    private int part(boolean separated, String separator) {
        require(!separated || accept(separator));
        return number(2);
    }

    private boolean blanks() {
        int begin = at;
        while (accept(" ")) {
            // any number of them
        }
        return at > begin;
    }

    private boolean accept(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    /** {@return how many digits follow} */
    private int run() {
        int end = at;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end - at;
    }

    private int number(int digits) {
        require(run() >= digits);
        int number = Integer.parseInt(text, at, at + digits, 10);
        at += digits;
        return number;
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new DateTimeException("not a time");
        }
    }
}
