package ulens.gateway.config;

import io.helidon.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever is in a variable: a value, or a problem in words. 20,000 configurations of 1 to 8 random variables. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class ConfigurationFuzzTest {
    private static final int CASES = 20_000;
    private static final long SEED = 20_261_125;
    private static final List<String> SECRET = List.of("DATABASE_URL", "RMQ_URL", "ACCESS_SECRET_KEY");
    // in a secret value, and in no message
    private static final String MARK = "hunter2!";
    private static final Pattern KNOB = Pattern.compile("(?m)^#.*# ([A-Z][A-Z0-9_]+):");
    private static final List<String> PIECES = List.of("postgresql://", "jdbc:postgresql://", "amqp://", "amqps://",
            ":", "/", "//", "@", "?", "#", "&", "=", ",", "[::1]", "%", "%2F", "%zz", "%00", "host", "my_host", "5432",
            "-1", "0", "1", "65536", "99999999999999999999", "1e3", "0x10", "ms", "s", "h", "d", " ", "\t", "\n",
            "\u0000", "\ud83d", "\ud83d\ude00", "ä", "true", "false", "on", "off", "auto", "*", "sslmode=", "require",
            "schema=x", "user=", "password=", "classic", "quorum", "::1", "127.0.0.1", "10.0.0.0/8", "[", "]", "{", "}",
            "^", "|", "\\", "\"", "'", "${x}", "..", "٣", "P1D", "null", "_", "a.b-c");

    @Test
    void everyValueIsTakenOrIsAProblemInWords() throws Exception {
        List<String> knobs = knobs();
        assertThat(knobs).hasSizeGreaterThan(35).contains("DATABASE_URL", "RMQ_URL", "PORT", "DEV_MODE");
        Random random = new Random(SEED);
        int taken = 0;
        for (int i = 0; i < CASES; i++) {
            Map<String, String> environment = new HashMap<>();
            for (int j = 1 + random.nextInt(8); j > 0; j--) {
                String knob = knobs.get(random.nextInt(knobs.size()));
                environment.put(knob, value(random, SECRET.contains(knob)));
            }
            taken += outcome(environment, i) ? 1 : 0;
        }
        assertThat(taken).as("configurations that were taken").isBetween(CASES / 200, CASES * 199 / 200);
    }

    private static boolean outcome(Map<String, String> environment, int number) {
        Supplier<String> which = () -> "case " + number + " of seed " + SEED + ": " + environment;
        try {
            GatewayConfig config = GatewayConfig.read(Config.empty(), environment);
            config.database().url()
                    .ifPresent(url -> assertThat(url.jdbcUrl()).as(which).startsWith("jdbc:postgresql://"));
            if (!config.rmq().urls().isEmpty()) {
                ulens.gateway.rabbitmq.RabbitMqConnector.builder().uris(config.rmq().urls()).build();
            }
            return true;
        } catch (GatewayConfig.Unusable problem) {
            assertThat(problem.getMessage()).as(which).startsWith("The gateway can't start:\n  - ")
                    .doesNotContain("Exception");
            assertThat(problem.getMessage()).as(which).doesNotContain(MARK);
            return false;
        } catch (RuntimeException | StackOverflowError failure) {
            throw new AssertionError(which.get(), failure);
        }
    }

    private static String value(Random random, boolean secret) {
        List<String> pieces = new ArrayList<>();
        for (int i = random.nextInt(7); i >= 0; i--) {
            if (secret && random.nextInt(4) == 0) {
                pieces.add(MARK);
            }
            pieces.add(random.nextInt(12) == 0 ? Character.toString(random.nextInt(0xD7FF))
                    : PIECES.get(random.nextInt(PIECES.size())));
        }
        return String.join("", pieces);
    }

    /** All that the documented file names. */
    private static List<String> knobs() throws Exception {
        return KNOB.matcher(Files.readString(Path.of("src/main/resources/application.yaml"))).results()
                .map(match -> match.group(1)).distinct().toList();
    }
}
