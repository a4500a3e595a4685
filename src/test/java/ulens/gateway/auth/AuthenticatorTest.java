package ulens.gateway.auth;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.TestTokens;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** Whose token it is, and that nothing a stranger sends is anything but a verdict. */
class AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");
    private static final long SEED = 7_519;
    private static final int CASES = 12_000;

    private final Authenticator authenticator = new Authenticator(TestTokens.SECRET, Duration.ofSeconds(5),
            Clock.fixed(NOW, ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "'u-1' | u-1", "42 | 42", "-5 | -5", "0 | 0", "-0 | 0",
            "42.0 | 42", "4.2e1 | 42", "12345678901234567890123 | 12345678901234567890123",
            "'\\ud83d\\ude00' | \uD83D\uDE00", "'\\ufffd' | \uFFFD", "' ' | ` `" })
    void users(String json, String expected) {
        assertThat(check(TestTokens.signed(("{'userId':" + json + "}").replace('\'', '"'))))
                .isEqualTo(new Verdict.Granted(expected, Optional.empty()));
        assertThat(check(TestTokens.signed(("{'sub':" + json + "}").replace('\'', '"'))))
                .isEqualTo(new Verdict.Granted(expected, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = { "''", "null", "true", "[1]", "{}", "1.5", "1e400000000", "1e-400000000", "1e99999999999",
            "'\\ud83d'", "'a\\ude00'", "'\\ude00\\ud83d'", "'\\u0000'", "'a\\u0000b'" })
    void usersThatAreNone(String json) {
        assertThat(check(TestTokens.signed(("{'userId':" + json + ",'sub':'other'}").replace('\'', '"'))))
                .isEqualTo(Verdict.Denied.INVALID);
    }

    @Test
    void aUserHasAtMostTwoHundredCharacters() {
        String emoji = "\uD83D\uDE00".repeat(200);
        assertThat(check(TestTokens.signed("{\"userId\":\"" + emoji + "\"}"))).isInstanceOf(Verdict.Granted.class);
        assertThat(check(TestTokens.signed("{\"userId\":\"" + emoji + "x\"}"))).isEqualTo(Verdict.Denied.INVALID);
        assertThat(check(TestTokens.signed("{\"userId\":" + "1".repeat(201) + "}"))).isEqualTo(Verdict.Denied.INVALID);
        assertThat(check(TestTokens.signed("{\"userId\":1e200}"))).isEqualTo(Verdict.Denied.INVALID);
    }

    /** Two claims that differ only in such bytes would be one user. */
    @Test
    void claimsThatAreNotUtf8NameNobody() {
        byte[] claims = "{\"userId\":\"J\u00fcrgen\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(check(TestTokens.signed("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8), claims)))
                .isEqualTo(Verdict.Denied.INVALID);
    }

    /**
     * {@value #CASES} tokens with header, claims, signature and text changed at random, half of them signed with our
     * key: a verdict each, and never another user than the one that was signed.
     */
    @Test
    void whateverIsSentIsAnsweredByAVerdict() {
        Random random = new Random(SEED);
        int granted = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] header = changed(random, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
            String user = "user-" + i;
            boolean same = random.nextBoolean();
            byte[] claims = same ? ("{\"userId\":\"" + user + "\",\"exp\":1767261601}").getBytes(StandardCharsets.UTF_8)
                    : changed(random, "{\"userId\":\"" + user + "\",\"sub\":1e9,\"exp\":1767261601.5,\"nbf\":0}");
            String token = TestTokens.signed(header, claims);
            boolean forged = random.nextBoolean();
            if (forged) {
                token = new String(changed(random, token), StandardCharsets.ISO_8859_1);
            }
            Verdict verdict;
            try {
                verdict = check(token);
            } catch (RuntimeException | StackOverflowError failure) {
                fail("seed " + SEED + ", case " + i + ": " + token, failure);
                return;
            }
            if (verdict instanceof Verdict.Granted(String who, Optional<Instant> _)) {
                granted++;
                if (same) {
                    assertThat(who).as("seed " + SEED + ", case " + i + ": " + token).isEqualTo(user);
                }
                assertThat(
                        forged && !token.equals(TestTokens.signed(header, claims)) && !sameBytes(token, header, claims))
                                .as("forged: seed " + SEED + ", case " + i + ": " + token).isFalse();
            }
        }
        assertThat(granted).isGreaterThan(CASES / 50);
    }

    /** The last character of base64 has bits that mean nothing, and so may differ. */
    private static boolean sameBytes(String token, byte[] header, byte[] claims) {
        String good = TestTokens.signed(header, claims);
        String stripped = token.replaceAll("=+$", "");
        return stripped.length() == good.length()
                && stripped.substring(0, good.length() - 1).equals(good.substring(0, good.length() - 1));
    }

    private static byte[] changed(Random random, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length + 1);
            String between = switch (random.nextInt(6)) {
                case 0 -> "";
                case 1 -> String.valueOf((char) random.nextInt(256));
                case 2 -> "[".repeat(random.nextInt(2_000));
                case 3 -> "1e" + random.nextInt();
                case 4 -> new String[] { "\"", "\\ud800", ".", "}", "null", ",\"alg\":\"none\"", "\"kid\":1,",
                        ",\"crit\":[]", "\u00ff", "=", "{" }[random.nextInt(11)];
                default -> "\"exp\":" + random.nextLong() + ",";
            };
            byte[] added = between.getBytes(StandardCharsets.ISO_8859_1);
            int from = Math.min(bytes.length, at + random.nextInt(3));
            byte[] result = new byte[at + added.length + bytes.length - from];
            System.arraycopy(bytes, 0, result, 0, at);
            System.arraycopy(added, 0, result, at, added.length);
            System.arraycopy(bytes, from, result, at + added.length, bytes.length - from);
            bytes = result;
        }
        return bytes;
    }

    private Verdict check(String token) {
        return authenticator.check(Optional.of(token));
    }
}
