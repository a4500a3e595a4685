package ulens.gateway.config;

import java.time.Duration;

/**
 * Settings of authentication.
 *
 * @param secret
 *            the HS256 key
 * @param clockSkew
 *            how far in the future a token's {@code nbf} may be
 */
public record AuthConfig(TokenSecret secret, Duration clockSkew) {
    static AuthConfig read(Knobs knobs, TokenSecret secret) {
        return new AuthConfig(secret,
                knobs.duration("auth.clock-skew", Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(300)));
    }
}
