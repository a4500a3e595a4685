package ulens.gateway.dev;

import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkOctet;
import jakarta.json.Json;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** Makes tokens for trying the gateway. */
public final class DemoToken {
    private static final Duration VALID = Duration.ofDays(30);

    private DemoToken() {
    }

    /**
     * Makes a token that is valid for 30 days.
     * @param userId
     *            the user that it names
     * @param secret
     *            the gateway's HS256 key
     *
     * @return the token
     */
    public static String of(String userId, String secret) {
        Jwk key = JwkOctet.builder().fromJson(Json.createObjectBuilder().add("kty", Jwk.KEY_TYPE_OCT)
                .add("kid", "gateway").add("alg", JwkOctet.ALG_HS256)
                .add("k",
                        Base64.getUrlEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)))
                .build()).build();
        Instant now = Instant.now();
        Jwt jwt = Jwt.builder().algorithm(JwkOctet.ALG_HS256).addPayloadClaim("userId", userId).issueTime(now)
                .expirationTime(now.plus(VALID)).build();
        return SignedJwt.sign(jwt, key).tokenContent();
    }
}
