package ulens.gateway.intake.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The field {@code metadata}: any JSON, unchanged, within limits. PostgreSQL's limits are wide (it writes 1e9999 out as
 * ten thousand digits, and accepts a few thousand levels); JSON parsers of clients have narrower ones.
 *
 * @param json
 *            the text, or null if there is none
 * @param problem
 *            the reason why it can't be stored, or null
 */
record Metadata(@Nullable String json, @Nullable String problem) {
    private static final int MOST_DEPTH = 200;
    private static final int MOST_DIGITS = 1_000;
    private static final int MOST_NAME = 50_000;

    /** Reads the value that the parser stands at, to its end. */
    static Metadata read(JsonParser parser, String body) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return new Metadata(null, null);
        }
        int from = (int) parser.currentTokenLocation().getCharOffset();
        int depth = 0;
        String problem = null;
        Exponents exponents = new Exponents();
        while (true) {
            JsonToken token = parser.currentToken();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            problem = problem == null ? problem(token, parser, depth, exponents) : problem;
            if (depth == 0) {
                break;
            }
            parser.nextToken();
        }
        parser.finishToken();
        int to = (int) parser.currentLocation().getCharOffset();
        return new Metadata(problem == null ? body.substring(from, to).strip() : null, problem);
    }

    private static @Nullable String problem(JsonToken token, JsonParser parser, int depth, Exponents exponents) {
        return switch (token) {
            case START_OBJECT, START_ARRAY ->
                    depth > MOST_DEPTH ? "metadata is nested deeper than " + MOST_DEPTH + " levels" : null;
            case PROPERTY_NAME -> parser.currentName().length() > MOST_NAME
                    ? "metadata holds a name of more than " + MOST_NAME + " characters"
                    : null;
            case VALUE_NUMBER_INT -> tooLong(parser);
            case VALUE_NUMBER_FLOAT -> {
                String tooLong = tooLong(parser);
                yield tooLong != null || exponents.add(parser.getString()) ? tooLong
                        : "metadata holds numbers of too many digits";
            }
            default -> null;
        };
    }

    private static @Nullable String tooLong(JsonParser parser) {
        return parser.getStringLength() > MOST_DIGITS
                ? "metadata holds a number of more than " + MOST_DIGITS + " digits"
                : null;
    }

    /** Limits the digits that exponents stand for, so that a small body can't become a huge row. */
    private static final class Exponents {
        private static final int MOST = 65_536;
        /** PostgreSQL's numeric. */
        private static final int MOST_FRACTION = 16_383;
        private static final int MOST_TEXT = 7;
        private long sum;

        private boolean add(String number) {
            int at = Math.max(number.indexOf('e'), number.indexOf('E'));
            if (at < 0) {
                return true;
            }
            boolean negative = number.charAt(at + 1) == '-';
            int begin = at + 1;
            while (begin < number.length() - 1 && "+-0".indexOf(number.charAt(begin)) >= 0) {
                begin++;
            }
            int power = number.length() - begin > MOST_TEXT ? MOST + 1
                    : Integer.parseInt(number, begin, number.length(), 10);
            sum += power;
            int point = number.indexOf('.');
            int fraction = (point < 0 ? 0 : at - point - 1) + (negative ? power : -power);
            return sum <= MOST && fraction <= MOST_FRACTION;
        }
    }
}
