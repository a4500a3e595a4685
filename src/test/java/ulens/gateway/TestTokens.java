package ulens.gateway;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/** Tokens, good and bad, made by hand. */
public final class TestTokens {
    /** The secret of the gateway under test. */
    public static final String SECRET = "a-secret-for-tests-of-more-than-32-bytes";

    private TestTokens() {
    }

    /** {@return a good token for an hour} */
    public static String of(String user) {
        return of(user, Instant.now().plusSeconds(3600));
    }

    /** {@return a token that ends then} */
    public static String of(String user, Instant expiry) {
        return signed("{\"userId\":\"" + user + "\",\"exp\":" + expiry.getEpochSecond() + "}");
    }

    /** {@return a token with these claims} */
    public static String signed(String claims) {
        return signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, "HmacSHA256", SECRET);
    }

    /** {@return a token made of these parts} */
    public static String signed(String header, String claims, String algorithm, String secret) {
        try {
            String content = encoded(header.getBytes(StandardCharsets.UTF_8)) + "."
                    + encoded(claims.getBytes(StandardCharsets.UTF_8));
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return content + "." + encoded(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return base64url without padding} */
    public static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
