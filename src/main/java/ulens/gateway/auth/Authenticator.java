package ulens.gateway.auth;

import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.JwtHeaders;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.security.jwt.jwk.JwkOctet;
import jakarta.json.JsonValue;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Checks JWTs: HS256 with one key and nothing else (RFC 7519, RFC 8725 section 3.1), {@code exp}, {@code nbf}, and the
 * user in claim {@code userId}, else {@code sub}. Thread-safe.
 */
public final class Authenticator {
    private static final int MOST_TOKEN = 8_192;

    private final JwkKeys keys = JwkKeys.builder().build();
    private final Jwk key;
    private final Duration skew;
    private final Clock clock;

    /**
     * Creates an authenticator.
     *
     * @param secret
     *            the HS256 key
     * @param skew
     *            how much later than now a token's {@code nbf} may be
     * @param clock
     *            the clock that {@code exp} and {@code nbf} are compared with
     */
    public Authenticator(String secret, Duration skew, Clock clock) {
        String octets = Base64.getUrlEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
        this.key = JwkOctet.builder().fromJson(jakarta.json.Json.createObjectBuilder().add("kty", Jwk.KEY_TYPE_OCT)
                .add("kid", "gateway").add("alg", JwkOctet.ALG_HS256).add("k", octets).build()).build();
        this.skew = skew;
        this.clock = clock;
    }

    /**
     * Checks a token.
     *
     * @param token
     *            the token as the client sent it
     *
     * @return the user, or why the token is refused; never throws for a bad token
     */
    public Verdict check(Optional<String> token) {
        if (token.isEmpty() || token.get().isBlank()) {
            return Verdict.Denied.MISSING;
        }
        if (token.get().length() > MOST_TOKEN) {
            return Verdict.Denied.INVALID;
        }
        try {
            return check(token.get());
        } catch (RuntimeException | StackOverflowError _) {
            // the parsers may throw anything for a token that a stranger made up
            return Verdict.Denied.INVALID;
        }
    }

    private Verdict check(String token) {
        SignedJwt signed = SignedJwt.parseToken(token);
        Jwt jwt = signed.getJwt();
        JwtHeaders headers = jwt.headers();
        // checked before any key is tried, so that the token can't choose how it is verified
        if (!JwkOctet.ALG_HS256.equals(headers.algorithm().orElse(null)) || headers.critical().isPresent()
                || !signed.verifySignature(keys, key).isValid()) {
            return Verdict.Denied.INVALID;
        }
        Instant now = clock.instant();
        if (jwt.notBefore().filter(start -> start.isAfter(now.plus(skew))).isPresent()) {
            return Verdict.Denied.INVALID;
        }
        Optional<String> user = user(jwt, token);
        if (user.isEmpty()) {
            return Verdict.Denied.INVALID;
        }
        Optional<Instant> expiry = jwt.expirationTime();
        if (expiry.filter(end -> !end.isAfter(now)).isPresent()) {
            return Verdict.Denied.EXPIRED;
        }
        return new Verdict.Granted(user.get(), expiry);
    }

    private static Optional<String> user(Jwt jwt, String token) {
        return TokenUser.of(jwt.payloadClaim("userId").or(() -> jwt.payloadClaim("sub")).orElse(JsonValue.NULL), token);
    }
}
