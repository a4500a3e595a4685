package ulens.gateway.intake.event;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import ulens.gateway.stream.NewDelivery;

import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The fields of an event while it is read. If a name occurs twice the last value counts, as for other JSON parsers; so
 * a problem with a value is reported only after the whole event was read.
 */
final class EventFields {
    private static final int MOST_USER_ID = 200;
    private static final int MOST_LONG = 20;
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

    @Nullable
    Instant sentAt;
    @Nullable
    Instant readAt;

    private @Nullable String userId;
    private @Nullable Long notificationId;
    private @Nullable String message;
    private @Nullable String metadata;
    private @Nullable String userIdProblem = "userId is missing";
    private @Nullable String notificationIdProblem = "notificationId is missing";
    private String messageProblem = "message is missing";
    private @Nullable String metadataProblem;

    void userId(JsonParser parser) {
        userId = null;
        userIdProblem = switch (parser.currentToken()) {
            case VALUE_STRING -> userId(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> userId(WholeNumber.read(parser.getString()));
            default -> {
                parser.skipChildren();
                yield "userId is neither a string nor an integer";
            }
        };
    }

    private @Nullable String userId(WholeNumber number) {
        return switch (number) {
            case WholeNumber.Is(String decimal) -> userId(decimal);
            case WholeNumber.Not.FRACTION -> "userId is neither a string nor an integer";
            case WholeNumber.Not.TOO_LONG -> "userId is longer than " + MOST_USER_ID + " characters";
        };

    }

    private @Nullable String userId(String text) {
        if (text.isEmpty()) {
            return "userId is empty";
        }
        if (text.length() > MOST_USER_ID && text.codePointCount(0, text.length()) > MOST_USER_ID) {
            return "userId is longer than " + MOST_USER_ID + " characters";
        }
        userId = text;
        return null;
    }

    void notificationId(JsonParser parser) {
        notificationId = null;
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() < MOST_LONG - 1) {
            notificationId = parser.getLongValue();
            return;
        }
        WholeNumber number = switch (parser.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> WholeNumber.read(parser.getString());
            case VALUE_STRING -> number(parser.getString().strip());
            default -> WholeNumber.Not.FRACTION;
        };
        parser.skipChildren();
        notificationIdProblem = switch (number) {
            case WholeNumber.Is(String decimal) -> notificationId(decimal);
            case WholeNumber.Not.FRACTION -> "notificationId is not an integer";
            case WholeNumber.Not.TOO_LONG -> "notificationId does not fit 64 bits";
        };

    }

    private static WholeNumber number(String text) {
        return NUMBER.matcher(text).matches() ? WholeNumber.read(text) : WholeNumber.Not.FRACTION;
    }

    private @Nullable String notificationId(String decimal) {
        try {
            notificationId = Long.parseLong(decimal);
            return null;
        } catch (NumberFormatException _) {
            return "notificationId does not fit 64 bits";
        }
    }

    void message(JsonParser parser) {
        message = null;
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            message = parser.getString();
        } else {
            messageProblem = "message is not a string";
            parser.skipChildren();
        }
    }

    void metadata(JsonParser parser, String body) {
        Metadata read = Metadata.read(parser, body);
        metadata = read.json();
        metadataProblem = read.problem();
    }

    NewDelivery row() {
        String user = given(userId, userIdProblem);
        long id = given(notificationId, notificationIdProblem);
        String text = given(message, messageProblem);
        if (metadataProblem != null) {
            throw new Unstorable(metadataProblem);
        }
        return new NewDelivery(user, id, text, metadata, sentAt, readAt);
    }

    private static <T> T given(@Nullable T value, @Nullable String otherwise) {
        if (value == null) {
            throw new Unstorable(Objects.requireNonNull(otherwise, "no value, but no problem either"));
        }
        return value;
    }
}
