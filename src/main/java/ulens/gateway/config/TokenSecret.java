package ulens.gateway.config;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The HS256 key of the tokens.
 *
 * @param text
 *            the key
 * @param origin
 *            where the key comes from
 */
public record TokenSecret(String text, Origin origin) {
    /** The secret of the dev mode. It is public, so it protects nothing. */
    public static final String PUBLIC = "ulens-dev-secret-known-to-everybody";
    private static final int LEAST_BYTES = 32;

    /** Where a secret comes from. */
    public enum Origin {
        /** The operator has set it. */
        GIVEN,
        /** None is set, and there is no real data to protect. */
        PUBLIC,
        /** None is set, but a real database or broker is used, so only this process knows the key. */
        RANDOM
    }

    /**
     * Reads the key.
     *
     * @param knobs
     *            the settings
     * @param dev
     *            whether a default is used for a missing key
     * @param real
     *            whether a real database or broker is used
     */
    static TokenSecret read(Knobs knobs, boolean dev, boolean real) {
        // not trimmed: the backend signs with its variable as it is
        Optional<String> given = knobs.asItIs("access.secret-key");
        if (given.isPresent()) {
            if (real && given.get().strip().equals(PUBLIC)) {
                knobs.problem("ACCESS_SECRET_KEY is the public secret of the dev mode, which everybody knows;"
                        + " expected one of your own");
            }
            return new TokenSecret(given.get(), Origin.GIVEN);
        }
        if (!dev) {
            knobs.required("access.secret-key", "secret");
        }
        return real ? new TokenSecret(random(), Origin.RANDOM) : new TokenSecret(PUBLIC, Origin.PUBLIC);
    }

    private static String random() {
        byte[] bytes = new byte[LEAST_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** {@return whether the key is shorter than HS256 demands} */
    boolean isShort() {
        return text.getBytes(StandardCharsets.UTF_8).length < LEAST_BYTES;
    }

    @Override
    public String toString() {
        return "TokenSecret[" + origin + "]";
    }
}
