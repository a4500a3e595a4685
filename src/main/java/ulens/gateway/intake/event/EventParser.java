package ulens.gateway.intake.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import ulens.gateway.stream.NewDelivery;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Reads an event in one pass, without a tree. A message is refused only for its three required fields, for
 * {@code metadata} or because it is not JSON; all other fields may hold anything.
 * <p>
 * The body is decoded before it is parsed: bytes that are not UTF-8 become U+FFFD, as in the gateway before this one,
 * and so do characters that PostgreSQL can't store, so that all values of the text can be stored. The only limit on a
 * body is its size: the parser's limits are lifted, and {@link Metadata} has those that the database and the clients
 * need.
 */
public final class EventParser {
    /** The parser keeps about 60 bytes for each open level; 256 KiB have room for 131,072. */
    private static final int MOST_DEPTH = 200_000;

    private final JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).maxNumberLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE).build())
            // producers could fill a table of names that outlives the message
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();
    private final int maxBody;
    private final Consumer<String> unreadableTime;

    /**
     * Creates a parser.
     *
     * @param maxBody
     *            largest body in bytes
     * @param unreadableTime
     *            gets the name of each field whose time can't be read
     */
    public EventParser(int maxBody, Consumer<String> unreadableTime) {
        this.maxBody = maxBody;
        this.unreadableTime = unreadableTime;
    }

    /**
     * Parses a body. Thread-safe.
     *
     * @param body
     *            the body of a message
     *
     * @return the row, or the reason why it can't become one
     */
    public Parsed parse(byte[] body) {
        if (body.length > maxBody) {
            return new Parsed.Rejected("body is " + body.length + " bytes, over the limit of " + maxBody);
        }
        if (isOtherEncoding(body)) {
            return new Parsed.Rejected("body is not UTF-8");
        }
        int begin = startsWithMark(body) ? 3 : 0;
        String given = new String(body, begin, body.length - begin, StandardCharsets.UTF_8);
        String text = given.contains("\\u") ? StorableText.of(given) : given;
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            NewDelivery row = fields(parser, text).row();
            if (row.userId().indexOf(StorableText.REPLACEMENT) >= 0) {
                checkUser(body, given, text);
            }
            return new Parsed.Accepted(row);
        } catch (Unstorable unstorable) {
            return new Parsed.Rejected(unstorable.reason());
        } catch (StreamConstraintsException _) {
            return new Parsed.Rejected("body is nested deeper than " + MOST_DEPTH + " levels");
        } catch (JacksonException failure) {
            return new Parsed.Rejected("body is not JSON" + place(failure.getLocation(), text, begin, body.length));
        }
    }

    /** Recognises UTF-16 and UTF-32 by their byte order marks, or by the zero bytes that any JSON has in them. */
    private static boolean isOtherEncoding(byte[] body) {
        for (int i = 0; i < Math.min(body.length, 4); i++) {
            if (body[i] == 0 || i == 0 && (body[i] & 0xFF) >= 0xFE) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWithMark(byte[] body) {
        return body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
    }

    /** Accepts U+FFFD in a user id only if the producer sent it: a replaced character could turn two users into one. */
    private static void checkUser(byte[] body, String given, String text) {
        if (!isUtf8(body)) {
            throw new Unstorable("userId is not UTF-8");
        }
        if (!given.equals(text)) {
            throw new Unstorable("userId holds " + (given.contains("\\u0000") ? "U+0000" : "half of a surrogate pair")
                    + ", which can't be stored");
        }
    }

    private static boolean isUtf8(byte[] body) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /**
     * {@return the place of an error in bytes of the body; somewhat too high if the body holds bytes that are not
     * UTF-8}
     */
    private static String place(TokenStreamLocation location, String text, int begin, int length) {
        if (location == null || location.getCharOffset() < 0) {
            return "";
        }
        int end = (int) Math.min(location.getCharOffset(), text.length());
        int bytes = begin + text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
        return ": error at byte " + Math.min(bytes, length);
    }

    private EventFields fields(JsonParser parser, String text) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Unstorable("body is not a JSON object");
        }
        EventFields fields = new EventFields();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "userId" -> fields.userId(parser);
                case "notificationId" -> fields.notificationId(parser);
                case "message" -> fields.message(parser);
                case "metadata" -> fields.metadata(parser, text);
                case "sentAt" -> fields.sentAt = time(parser, name);
                case "readAt" -> fields.readAt = time(parser, name);
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw new Unstorable("body is more than one JSON object");
        }
        return fields;
    }

    private @Nullable Instant time(JsonParser parser, String name) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        Instant time = EventTime.read(parser);
        if (time == null) {
            unreadableTime.accept(name);
        }
        return time;
    }
}
