package ulens.gateway.intake.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Event bodies made at random: good ones with anything in their optional fields, and broken ones. */
public final class RandomEvents {
    private static final String[] TIMES = { "\"2026-01-01T10:00:00.000Z\"", "\"2026-01-01 10:00:00\"", "1767261600000",
            "1767261600.5", "{\"$date\":1767261600000}", "{\"$date\":{\"$numberLong\":\"1767261600000\"}}",
            "\"2026-07-01T10:00:00[Europe/Paris]\"", "\"+275760-09-13T00:00:00.000Z\"", "\"-004712-01-01T00:00:00Z\"",
            "\"yesterday\"", "0", "-1", "1e400000000", "1e-400000000" };
    private static final String[] TEXTS = { "", "plain", "\\u0000", "\\ud83d", "\\ude00\\ud83d", "\\ud83d\\ude00",
            "\uD83D\uDE00", "\u00fc\u4f60", "\\\\u0000", "\\\"\\n\\t\\/", "\uFFFD", "</script>", "42", "\uFEFF",
            "\\ud83d\\\\ude00", "\u0080\u2028" };
    private static final String[] NUMBERS = { "0", "-0", "42", "42.0", "4.2e1", "1.5", "-7", "9223372036854775807",
            "9223372036854775808", "1e400000000", "1e-400000000", "1e99999999999", "0e400000000", "1E+2",
            "123456789012345678901234567890", "1e-16383" };
    private static final String[] FIELDS = { "sentAt", "readAt", "scheduledAt", "expiresAt", "messageId", "userEmail",
            "eventType", "category", "escalateAfter", "receipt", "", "x", "\\u0000", "\\ud800", "__proto__" };
    private static final String[] BREAKERS = { "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u", "\\ud83d", "null", "1e",
            "-", "\u0000", "\u00ff", "\u00ed\u00a0\u0080", "\u00f0\u009f\u0098", "\u00ef\u00bb\u00bf", "/*", "NaN",
            "Infinity", "'", "\n", "userId", "\"userId\":", "\"notificationId\":1e9", "\"message\":null" };
    private static final int DEEP = 300;

    private final Random random;

    /**
     * Makes the same bodies for the same seed.
     *
     * @param seed
     *            chooses them
     */
    public RandomEvents(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Makes an event that must be stored: its required fields are right, its metadata is within the limits, and all
     * else is anything.
     *
     * @param user
     *            its user
     * @param id
     *            its notification id
     *
     * @return its body
     */
    public byte[] good(String user, long id) {
        List<String> fields = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            fields.add("\"" + pick(FIELDS) + "\":" + (random.nextBoolean() ? pick(TIMES) : wild(0)));
        }
        if (random.nextBoolean()) {
            fields.add("\"metadata\":" + tame(0));
        }
        fields.add("\"userId\":\"" + user + "\"");
        fields.add("\"notificationId\":" + id(id));
        fields.add("\"message\":\"" + pick(TEXTS) + pick(TEXTS) + "\"");
        Collections.shuffle(fields, random);
        String mark = random.nextInt(20) == 0 ? "\uFEFF" : "";
        return (mark + blanks() + "{" + String.join("," + blanks(), fields) + "}" + blanks())
                .getBytes(StandardCharsets.UTF_8);
    }

    /** {@return a good body that something was done to: it may still be good} */
    public byte[] mutated(String user, long id) {
        byte[] body = good(user, id);
        for (int i = random.nextInt(4); i >= 0; i--) {
            body = mutated(body);
        }
        return body;
    }

    /** {@return anything} */
    public byte[] noise() {
        if (random.nextBoolean()) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            return bytes;
        }
        StringBuilder soup = new StringBuilder(random.nextBoolean() ? "{" : "");
        for (int i = random.nextInt(30); i > 0; i--) {
            soup.append(random.nextBoolean() ? pick(BREAKERS) : wild(0));
        }
        return soup.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] mutated(byte[] body) {
        int at = random.nextInt(body.length + 1);
        int end = Math.min(body.length, at + random.nextInt(12));
        byte[] between = switch (random.nextInt(4)) {
            case 0 -> new byte[0];
            case 1 -> new byte[] { (byte) random.nextInt() };
            case 2 -> pick(BREAKERS).getBytes(StandardCharsets.ISO_8859_1);
            default -> wild(0).getBytes(StandardCharsets.UTF_8);
        };
        int kept = random.nextBoolean() ? at : end;
        byte[] result = new byte[at + between.length + body.length - kept];
        System.arraycopy(body, 0, result, 0, at);
        System.arraycopy(between, 0, result, at, between.length);
        System.arraycopy(body, kept, result, at + between.length, body.length - kept);
        return result;
    }

    private String id(long id) {
        return switch (random.nextInt(4)) {
            case 0 -> id + ".0";
            case 1 -> id + "0e-1";
            case 2 -> "\"" + id + "\"";
            default -> Long.toString(id);
        };
    }

    /** JSON without regard for limits. */
    private String wild(int level) {
        if (level == 0 && random.nextInt(50) == 0) {
            return "[".repeat(DEEP) + pick(NUMBERS) + "]".repeat(DEEP);
        }
        if (level == 0 && random.nextInt(50) == 0) {
            return "7".repeat(2_000);
        }
        return json(level, pick(NUMBERS));
    }

    /** JSON that can be metadata. */
    private String tame(int level) {
        String number = pick(NUMBERS);
        return json(level, number.contains("000000") || number.contains("99999999999") ? "5e3" : number);
    }

    private String json(int level, String number) {
        return switch (random.nextInt(level > 3 ? 4 : 6)) {
            case 0 -> number;
            case 1 -> "\"" + pick(TEXTS) + "\"";
            case 2 -> "null";
            case 3 -> Boolean.toString(random.nextBoolean());
            case 4 -> "[" + json(level + 1, number) + blanks() + "," + json(level + 1, "1") + "]";
            default -> "{\"" + pick(TEXTS) + "\":" + json(level + 1, number) + ",\"" + pick(TEXTS) + "\":" + blanks()
                    + json(level + 1, "2") + "}";
        };
    }

    private String blanks() {
        return random.nextInt(4) == 0 ? " \n" : "";
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
