package ulens.gateway.intake;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import ulens.gateway.delivery.NewDelivery;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/**
 * Reads an event in one pass, without a tree. Says of everything that can't be stored why: PostgreSQL takes neither
 * U+0000 nor half of a surrogate pair, in text as in JSON.
 */
final class EventParser {
    private static final int MOST_USER_ID = 200;
    private static final int MOST_DEPTH = 200;
    private static final int LAST_YEAR = 9999;

    private final JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE).build();
    private final int maxBody;

    EventParser(int maxBody) {
        this.maxBody = maxBody;
    }

    Parsed parse(byte[] body) {
        if (body.length > maxBody) {
            return new Parsed.Rejected("body is " + body.length + " bytes, over the limit of " + maxBody);
        }
        if (!looksLikeUtf8(body)) {
            return new Parsed.Rejected("body is not UTF-8");
        }
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            return new Parsed.Accepted(event(parser, body));
        } catch (Unstorable unstorable) {
            return new Parsed.Rejected(unstorable.getMessage());
        } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
            return new Parsed.Rejected("body can't be read");
        } catch (JacksonException failure) {
            return new Parsed.Rejected("body is not JSON: error at byte " + failure.getLocation().getByteOffset());
        }
    }

    /** The parser would take UTF-16 and UTF-32 too, for which it knows no positions (RFC 8259 asks for UTF-8). */
    private static boolean looksLikeUtf8(byte[] body) {
        for (int i = 0; i < Math.min(body.length, 4); i++) {
            if (body[i] == 0 || (body[i] & 0xFF) >= 0xFE || (body[i] & 0xFF) == 0xEF && i == 0) {
                return false;
            }
        }
        return true;
    }

    private static NewDelivery event(JsonParser parser, byte[] body) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Unstorable("body is not a JSON object");
        }
        Fields fields = new Fields();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            field(parser, body, name, fields);
        }
        if (parser.nextToken() != null) {
            throw new Unstorable("body is more than one JSON object");
        }
        return fields.row();
    }

    private static void field(JsonParser parser, byte[] body, String name, Fields fields) {
        switch (name) {
            case "userId" -> fields.userId = text(parser, name);
            case "notificationId" -> fields.notificationId = id(parser);
            case "message" -> fields.message = text(parser, name);
            case "sentAt" -> fields.sentAt = time(parser, name);
            case "readAt" -> fields.readAt = time(parser, name);
            case "metadata" -> fields.metadata = json(parser, body);
            default -> parser.skipChildren();
        }
    }

    private static String text(JsonParser parser, String name) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new Unstorable(name + " is not a string");
        }
        return storable(parser.getString(), name);
    }

    private static Long id(JsonParser parser) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new Unstorable("notificationId is not an integer");
        }
        try {
            return parser.getLongValue();
        } catch (InputCoercionException _) {
            throw new Unstorable("notificationId does not fit 64 bits");
        }
    }

    private static Instant time(JsonParser parser, String name) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        String text = text(parser, name);
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() >= 1 && time.getYear() <= LAST_YEAR) {
                // what the table keeps, so that a live row and its replay say the same
                return time.toInstant().truncatedTo(ChronoUnit.MICROS);
            }
        } catch (DateTimeException _) {
            // said below
        }
        throw new Unstorable(name + " is not an ISO 8601 time with offset, such as 2026-01-01T10:00:00.000Z");
    }

    /** The value as it stands in the body, byte for byte. */
    private static String json(JsonParser parser, byte[] body) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        int from = (int) parser.currentTokenLocation().getByteOffset();
        int depth = 0;
        Digits digits = new Digits();
        do {
            depth += inside(parser.currentToken(), parser, digits);
        } while (depth > 0 && parser.nextToken() != null);
        int to = (int) parser.currentLocation().getByteOffset();
        return new String(body, from, to - from, StandardCharsets.UTF_8).strip();
    }

    private static int inside(JsonToken token, JsonParser parser, Digits digits) {
        return switch (token) {
            case START_OBJECT, START_ARRAY -> 1;
            case END_OBJECT, END_ARRAY -> -1;
            case VALUE_STRING, PROPERTY_NAME -> {
                storable(parser.getString(), "metadata");
                yield 0;
            }
            case VALUE_NUMBER_FLOAT -> {
                digits.add(parser.getString());
                yield 0;
            }
            default -> 0;
        };
    }

    private static String storable(String text, String name) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new Unstorable(name + " holds U+0000, which can't be stored");
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new Unstorable(name + " holds half of a surrogate pair, which can't be stored");
            }
        }
        return text;
    }

    /** PostgreSQL writes 1e9999 out as ten thousand digits; a small body must not become a huge row. */
    private static final class Digits {
        private static final int MOST = 65_536;
        private long sum;

        private void add(String number) {
            int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
            if (exponent < 0) {
                return;
            }
            String power = number.substring(exponent + 1);
            sum += power.length() > 7 ? MOST + 1 : Math.abs(Integer.parseInt(power));
            if (sum > MOST) {
                throw new Unstorable("metadata holds numbers of too many digits");
            }
        }
    }

    private static final class Fields {
        private String userId;
        private Long notificationId;
        private String message;
        private String metadata;
        private Instant sentAt;
        private Instant readAt;

        private NewDelivery row() {
            if (userId == null) {
                throw new Unstorable("userId is missing");
            }
            if (userId.isEmpty()) {
                throw new Unstorable("userId is empty");
            }
            if (userId.codePointCount(0, userId.length()) > MOST_USER_ID) {
                throw new Unstorable("userId is longer than " + MOST_USER_ID + " characters");
            }
            if (notificationId == null) {
                throw new Unstorable("notificationId is missing");
            }
            if (message == null) {
                throw new Unstorable("message is missing");
            }
            return new NewDelivery(userId, notificationId, message, metadata, sentAt, readAt);
        }
    }

    /** Stops the reading of an event; never leaves this class. */
    private static final class Unstorable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unstorable(String reason) {
            super(reason, null, false, false);
        }
    }
}
