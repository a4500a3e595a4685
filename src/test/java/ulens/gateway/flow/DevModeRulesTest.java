package ulens.gateway.flow;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.config.TokenSecret;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The dev mode never starts by accident, and a real database or broker is never protected by a publicly known secret.
 */
class DevModeRulesTest {
    private static final Map<String, String> REAL = Map.of("DATABASE_URL", "postgresql://u:p@db.example/ulens",
            "RMQ_URL", "amqp://u:p@mq.example", "ACCESS_SECRET_KEY", "a-secret-of-32-bytes-or-a-few-more");
    private static final List<String> NAMES = List.of("DATABASE_URL", "RMQ_URL", "ACCESS_SECRET_KEY");

    /** {@return the outcome of a start: "dev", "real", or the missing variables} */
    private static String outcome(Map<String, String> environment) {
        try {
            return GatewayConfig.read(Config.empty(), environment).dev().on() ? "dev" : "real";
        } catch (GatewayConfig.Unusable problem) {
            List<String> missing = NAMES.stream()
                    .filter(name -> problem.getMessage().contains("Set env variable " + name + ", example: ")).toList();
            assertThat(problem.getMessage().lines().skip(1)).hasSize(missing.size());
            return missing.toString();
        }
    }

    private static String expected(String mode, List<String> states) {
        List<String> missing = new ArrayList<>(NAMES);
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).equals("set")) {
                missing.remove(NAMES.get(i));
            }
        }
        boolean untouched = states.stream().allMatch("absent"::equals);
        if (mode.equals("on") || !mode.equals("off") && untouched) {
            return "dev";
        }
        return missing.isEmpty() ? "real" : missing.toString();
    }

    /** Each of the three variables absent, empty, blank or set, under each mode: 4 * 4 * 4 * 5 starts. */
    @ParameterizedTest
    @ValueSource(strings = { "absent", "", "auto", "on", "off" })
    void everyCombinationOfWhatIsSetIsTheDevModeOrARealStartOrNamesAllThatIsMissing(String mode) {
        List<String> states = List.of("absent", "empty", "blank", "set");
        for (String database : states) {
            for (String broker : states) {
                for (String secret : states) {
                    List<String> given = List.of(database, broker, secret);
                    Map<String, String> environment = new HashMap<>();
                    if (!mode.equals("absent")) {
                        environment.put("DEV_MODE", mode);
                    }
                    for (int i = 0; i < 3; i++) {
                        switch (given.get(i)) {
                            case "set" -> environment.put(NAMES.get(i), REAL.get(NAMES.get(i)));
                            case "empty" -> environment.put(NAMES.get(i), "");
                            case "blank" -> environment.put(NAMES.get(i), " \n");
                            default -> {
                                // not in the environment at all
                            }
                        }
                    }
                    assertThat(outcome(environment)).as("%s", environment).isEqualTo(expected(mode, given));
                }
            }
        }
    }

    @Test
    void aKeyInTheFileCountsAsSetToo() {
        for (String key : List.of("database.url", "rmq.url", "access.secret-key")) {
            Config file = Config.builder().disableEnvironmentVariablesSource().disableSystemPropertiesSource()
                    .addSource(ConfigSources.create(Map.of(key, ""))).build();
            assertThatThrownBy(() -> GatewayConfig.read(file, Map.of())).isInstanceOf(GatewayConfig.Unusable.class)
                    .hasMessageContaining("Set env variable DATABASE_URL");
        }
    }

    @Test
    void theSecretIsPublicOnlyWhereNothingRealIsBehindIt() {
        assertThat(secret(Map.of()).origin()).isEqualTo(TokenSecret.Origin.PUBLIC);
        assertThat(secret(Map.of("DEV_MODE", "on")).origin()).isEqualTo(TokenSecret.Origin.PUBLIC);
        for (String real : List.of("DATABASE_URL", "RMQ_URL")) {
            Map<String, String> environment = Map.of("DEV_MODE", "on", real, REAL.get(real));
            assertThat(secret(environment).origin()).isEqualTo(TokenSecret.Origin.RANDOM);
            assertThat(secret(environment).text()).hasSize(64).isNotEqualTo(secret(environment).text());
        }
        assertThat(secret(REAL).origin()).isEqualTo(TokenSecret.Origin.GIVEN);
        Map<String, String> known = new HashMap<>(REAL);
        known.put("ACCESS_SECRET_KEY", TokenSecret.PUBLIC);
        assertThatThrownBy(() -> secret(known)).hasMessageContaining("ACCESS_SECRET_KEY is the public secret");
    }

    private static TokenSecret secret(Map<String, String> environment) {
        return GatewayConfig.read(Config.empty(), environment).auth().secret();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "-,localhost", "localhost,localhost", "LOCALHOST,localhost",
            "127.0.0.1,127.0.0.1", "::1,::1", "[::1],::1" })
    void theDevModeListensOnThisMachineOnly(String host, String listens) {
        assertThat(GatewayConfig.read(Config.empty(), host == null ? Map.of() : Map.of("HOST", host)).host())
                .isEqualTo(listens);
    }

    @ParameterizedTest
    @ValueSource(strings = { "0.0.0.0", "::", "192.168.1.1", "example.org", "127.0.0.1.example.org" })
    void anAddressThatOthersCanReachIsRefusedInTheDevMode(String host) {
        assertThatThrownBy(() -> GatewayConfig.read(Config.empty(), Map.of("HOST", host)))
                .hasMessageContaining("HOST is '" + host + "'; in dev mode the gateway listens on this machine only");
    }

    @ParameterizedTest
    @ValueSource(strings = { "absent", "", "auto", "on", "off" })
    void aBuildWithoutADevModeNamesWhatIsMissingWhateverIsAskedFor(String mode) {
        Map<String, String> environment = new HashMap<>(Map.of("HOST", "0.0.0.0"));
        if (!mode.equals("absent")) {
            environment.put("DEV_MODE", mode);
        }
        assertThatThrownBy(() -> GatewayConfig.readWithoutDevMode(Config.empty(), environment))
                .isInstanceOf(GatewayConfig.Unusable.class)
                .hasMessageContainingAll("Set env variable DATABASE_URL, example: ",
                        "Set env variable RMQ_URL, example: ", "Set env variable ACCESS_SECRET_KEY, example: ",
                        "./mvnw compile exec:exec")
                .message().matches(text -> text.contains("DEV_MODE is 'on'; this build") == mode.equals("on"))
                .doesNotContain("HOST");
        environment.putAll(REAL);
        if (mode.equals("on")) {
            assertThatThrownBy(() -> GatewayConfig.readWithoutDevMode(Config.empty(), environment))
                    .hasMessageContaining("this build has no dev mode");
        } else {
            assertThat(GatewayConfig.readWithoutDevMode(Config.empty(), environment).dev().on()).isFalse();
        }
    }
}
