package ulens.gateway.socketio.packet;

/** Makes text that UTF-8 can encode. JSON escapes can contain halves of surrogate pairs, which UTF-8 can't encode. */
final class WellFormed {
    private static final char REPLACEMENT = '\uFFFD';

    private WellFormed() {
    }

    /** {@return the text with each half of a surrogate pair replaced by U+FFFD} */
    static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return mended(text);
            }
        }
        return text;
    }

    private static String mended(String text) {
        StringBuilder mended = new StringBuilder(text.length());
        text.codePoints().forEach(point -> mended.appendCodePoint(
                point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? REPLACEMENT : point));
        return mended.toString();
    }
}
