package ulens.gateway.auth;

import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Reads the user from a claim, by the rules for {@code userId} in events, so that both mean the same user: a text of 1
 * to 200 characters that PostgreSQL can store, or an integer, which means its decimal text. A text that can't be stored
 * is refused and never repaired, since the repaired text could be another user's name.
 */
final class TokenUser {
    private static final int MOST = 200;
    private static final char REPLACEMENT = '\uFFFD';

    private TokenUser() {
    }

    /**
     * Reads a claim.
     *
     * @param claim
     *            the value of the claim
     * @param token
     *            the token that holds the claim, in three parts
     *
     * @return the user; empty if the claim is not a valid one
     */
    static Optional<String> of(JsonValue claim, String token) {
        return switch (claim) {
            case JsonString text -> Optional.of(text.getString()).filter(user -> isUsable(user, token));
            case JsonNumber number -> integer(number.bigDecimalValue());
            default -> Optional.empty();
        };
    }

    private static Optional<String> integer(BigDecimal value) {
        if (value.signum() == 0) {
            return Optional.of("0");
        }
        // checked before the number is written out: an exponent may stand for gigabytes of digits
        if ((long) value.precision() - value.scale() > MOST) {
            return Optional.empty();
        }
        BigDecimal shortest = value.stripTrailingZeros();
        return shortest.scale() > 0 ? Optional.empty()
                : Optional.of(shortest.toPlainString()).filter(text -> text.length() <= MOST);
    }

    private static boolean isUsable(String user, String token) {
        return !user.isEmpty() && user.codePointCount(0, user.length()) <= MOST && user.indexOf('\0') < 0
                && StandardCharsets.UTF_8.newEncoder().canEncode(user)
                && (user.indexOf(REPLACEMENT) < 0 || isUtf8(token));
    }

    /** {@return whether the claims are valid UTF-8} The JSON parser replaces invalid bytes by U+FFFD. */
    private static boolean isUtf8(String token) {
        String claims = token.substring(token.indexOf('.') + 1, token.lastIndexOf('.'));
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(claims)));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
