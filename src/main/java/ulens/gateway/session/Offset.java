package ulens.gateway.session;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The offset that follows each notification, and NOTIFICATIONS_SYNCED: the seq, a mark of the user so that another
 * user's offset is not taken for this one's, and, while a replay is going on, until where it goes. It is no secret and
 * protects nothing; the token does.
 *
 * @param seq
 *            everything up to here has been handed to the client
 * @param openUntil
 *            end of the replay that was going on, or 0
 */
record Offset(long seq, long openUntil) {
    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,12})\\.([0-9a-z]{1,7})(?:\\.([0-9a-z]{1,12}))?");
    private static final int RADIX = 36;

    static String of(String userId, long seq, long openUntil) {
        String offset = Long.toString(seq, RADIX) + "." + mark(userId);
        return openUntil == 0 ? offset : offset + "." + Long.toString(openUntil, RADIX);
    }

    /** What an offset of this user says; empty for anything else. */
    static Optional<Offset> parse(String userId, String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !matcher.group(2).equals(mark(userId))) {
            return Optional.empty();
        }
        String open = matcher.group(3);
        return Optional.of(
                new Offset(Long.parseLong(matcher.group(1), RADIX), open == null ? 0 : Long.parseLong(open, RADIX)));
    }

    private static String mark(String userId) {
        // the language fixes String.hashCode, so every node computes the same
        return Integer.toUnsignedString(userId.hashCode(), RADIX);
    }
}
