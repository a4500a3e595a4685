package ulens.gateway.recovery;

import ulens.gateway.stream.Head;
import ulens.gateway.stream.Position;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The offset that follows each notification, and NOTIFICATIONS_SYNCED: a {@link Position} as text. Its parts, in base
 * 36: the seq; a hash of the user, so that another user's offset is not accepted; the seq at which the running replay
 * ends, or 0; the generation; the floor, if it is not 0. It is no secret and protects nothing; the token does.
 * <p>
 * Earlier releases wrote no generation, and wrote the third part only during a replay. They do not understand the
 * present form, and start such a client afresh.
 */
public final class Offset {
    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,12})\\.([0-9a-z]{1,7})"
            + "(?:\\.([0-9a-z]{1,12})(?:\\.([0-9a-z]{1,12})(?:\\.([0-9a-z]{1,12}))?)?)?");
    private static final int RADIX = 36;
    /** A generation that no stream has, since generations are positive. */
    private static final long NEVER = -1;

    private Offset() {
    }

    /**
     * Writes an offset.
     *
     * @param userId
     *            the user of the stream
     * @param position
     *            the position of a client
     *
     * @return the position as text
     */
    public static String of(String userId, Position position) {
        StringBuilder text = new StringBuilder(40).append(Long.toString(position.seq(), RADIX)).append('.')
                .append(mark(userId)).append('.').append(Long.toString(position.openUntil(), RADIX)).append('.')
                .append(Long.toString(position.generation(), RADIX));
        return position.floor() == 0 ? text.toString()
                : text.append('.').append(Long.toString(position.floor(), RADIX)).toString();
    }

    /**
     * Reads an offset that a client has sent.
     *
     * @param userId
     *            the user of the client
     * @param text
     *            the text that it sent
     * @param head
     *            the head of the user's stream, read after the offset was received
     *
     * @return the position; empty if it is not this user's, or not in the stream as it is now
     */
    static Optional<Position> parse(String userId, String text, Head head) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !matcher.group(2).equals(mark(userId))) {
            return Optional.empty();
        }
        long seq = number(matcher.group(1));
        long generation = matcher.group(4) != null ? number(matcher.group(4)) : unstated(seq, head);
        return Optional.of(new Position(seq, generation, number(matcher.group(3)), number(matcher.group(5))))
                .filter(position -> position.isIn(head));
    }

    /**
     * {@return the generation of an offset that names none: the one that the stream had before there were generations}
     */
    private static long unstated(long seq, Head head) {
        if (seq == 0) {
            return Position.NO_STREAM;
        }
        return head.first() ? head.generation() : NEVER;
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits, RADIX);
    }

    private static String mark(String userId) {
        // the language fixes String.hashCode, so every node computes the same
        return Integer.toUnsignedString(userId.hashCode(), RADIX);
    }
}
