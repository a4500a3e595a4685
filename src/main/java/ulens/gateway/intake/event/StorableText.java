package ulens.gateway.intake.event;

/**
 * Makes JSON whose text PostgreSQL can store. JSON escapes can contain U+0000 and halves of surrogate pairs (the rest
 * of an emoji that was cut); they are replaced by U+FFFD before the row is pushed or stored, so that the live row and
 * its replay are the same.
 */
final class StorableText {
    /** The replacement for characters that can't be stored. */
    static final char REPLACEMENT = '\uFFFD';

    private static final int ESCAPE = 6;
    private static final int NONE = -1;

    private StorableText() {
    }

    /**
     * Replaces escapes of characters that can't be stored, in values and names. All other characters keep their value
     * and place.
     *
     * @param json
     *            JSON, valid or not, that holds no half of a surrogate pair itself, so that escapes can make a pair
     *            only with escapes
     *
     * @return the text, which is the same object if nothing was replaced
     */
    static String of(String json) {
        StringBuilder mended = null;
        int at = json.indexOf('\\');
        while (at >= 0) {
            int next = at + 2;
            int c = escaped(json, at);
            if (c != NONE) {
                next = at + ESCAPE;
                if (isHalf(c, Character.MIN_HIGH_SURROGATE)
                        && isHalf(escaped(json, next), Character.MIN_LOW_SURROGATE)) {
                    next += ESCAPE;
                } else if (c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                    mended = mended == null ? new StringBuilder(json) : mended;
                    mended.replace(at + 2, at + ESCAPE, "fffd");
                }
            }
            at = json.indexOf('\\', next);
        }
        return mended == null ? json : mended.toString();
    }

    private static boolean isHalf(int character, char first) {
        return character >= first && character < first + 0x400;
    }

    /** {@return the character of the escape at this index, or a negative number if there is none} */
    private static int escaped(String json, int at) {
        if (!json.startsWith("\\u", at) || at + ESCAPE > json.length()) {
            return NONE;
        }
        int character = 0;
        for (int i = at + 2; i < at + ESCAPE; i++) {
            int digit = Character.digit(json.charAt(i), 16);
            if (digit < 0) {
                return NONE;
            }
            character = character * 16 + digit;
        }
        return character;
    }
}
