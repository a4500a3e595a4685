package ulens.gateway.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import org.junit.jupiter.api.Test;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.limits.Rate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is wrong with the configuration is said at once, in plain words, without secrets. */
class ConfigurationTest {
    private static GatewayConfig read(Map<String, String> environment) {
        return GatewayConfig.read(Config.empty(), environment);
    }

    @Test
    void outsideTheDevModeEverythingThatIsMissingIsNamedAtOnce() {
        assertThatThrownBy(() -> read(Map.of("DEV_MODE", "off"))).isInstanceOf(GatewayConfig.Unusable.class)
                .hasMessageContaining("Set env variable ACCESS_SECRET_KEY, example: secret")
                .hasMessageContaining("Set env variable DATABASE_URL").hasMessageContaining("Set env variable RMQ_URL");
    }

    @Test
    void allProblemsAreReportedTogether() {
        assertThatThrownBy(() -> read(Map.of("PORT", "http", "RMQ_URL", "http://x", "DATABASE_URL", "mysql://h/db",
                "INTAKE_BATCH_SIZE", "0", "SOCKET_PING_INTERVAL", "soon", "AUTH_REJECT", "maybe")))
                        .hasMessageContaining("PORT is 'http'; expected a whole number from 0 to 65535")
                        .hasMessageContaining(
                                "RMQ_URL is not usable: the scheme is not amqp or amqps; expected amqp://")
                        .hasMessageContaining(
                                "DATABASE_URL is not usable: the scheme is not postgresql, postgres or jdbc:postgresql; expected")
                        .hasMessageContaining("INTAKE_BATCH_SIZE is '0'")
                        .hasMessageContaining("SOCKET_PING_INTERVAL is 'soon'")
                        .hasMessageContaining("AUTH_REJECT is 'maybe'; expected one of [connect-error, error]");
    }

    @Test
    void theStopFitsItsGracePeriodByDefault() {
        assertThat(production(Map.of()).stop()).isEqualTo(stop(20_000, 5_000, 4_000));
        assertThat(production(Map.of("STOP_GRACE", "4s")).stop()).isEqualTo(stop(4_000, 1_000, 800));
        assertThat(production(Map.of("STOP_GRACE", "1s")).stop()).isEqualTo(stop(1_000, 250, 200));
        assertThat(production(Map.of("STOP_DRAIN", "14s")).stop()).isEqualTo(stop(20_000, 14_000, 1_000));
        assertThat(read(Map.of()).stop()).as("dev mode").isEqualTo(stop(20_000, 0, 4_000));
    }

    @Test
    void aDrainOrSpreadThatDoesNotFitTheGracePeriodIsAProblemThatSaysWhatWould() {
        assertThat(production(Map.of("STOP_GRACE", "10m", "STOP_SPREAD", "590s")).stop().spread())
                .isEqualTo(Duration.ofSeconds(590));
        assertThatThrownBy(() -> production(Map.of("STOP_GRACE", "10m", "STOP_SPREAD", "591s"))).hasMessageContaining(
                "STOP_GRACE is 600s, too short for STOP_DRAIN (5s) and STOP_SPREAD (591s) with the rest of a stop;"
                        + " expected at least 601s");
        assertThatThrownBy(() -> production(Map.of("STOP_DRAIN", "16s")))
                .hasMessageContaining("STOP_DRAIN (16s) and STOP_SPREAD (0s)")
                .hasMessageContaining("expected at least 21s");
        assertThatThrownBy(() -> production(Map.of("STOP_GRACE", "4s", "STOP_SPREAD", "2s", "STOP_DRAIN", "1s")))
                .hasMessageContaining("expected at least 6s");
        assertThat(production(Map.of("STOP_GRACE", "6s", "STOP_SPREAD", "2s", "STOP_DRAIN", "1s")).stop())
                .isEqualTo(stop(6_000, 1_000, 2_000));
    }

    private static GatewayConfig production(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of("ACCESS_SECRET_KEY", "0123456789012345678901234567890123456789",
                "DATABASE_URL", "postgresql://host/db", "RMQ_URL", "amqp://host"));
        all.putAll(more);
        return read(all);
    }

    private static StopConfig stop(long grace, long drain, long spread) {
        return new StopConfig(Duration.ofMillis(grace), Duration.ofMillis(drain), Duration.ofMillis(spread));
    }

    @Test
    void soManyMessagesAreTakenThatTheLargestOnesFitAQuarterOfTheHeapAndABatchIsHalfOfThemAtMost() {
        long quarter = Runtime.getRuntime().maxMemory() / 4;
        GatewayConfig huge = read(Map.of("INTAKE_MAX_BODY", "1048576"));
        assertThat(huge.rmq().prefetch()).isEqualTo(Math.clamp(quarter / 1_048_576, 100, 16_000));
        assertThat(huge.intake().batchSize()).isEqualTo(Math.min(huge.rmq().prefetch() / 2, 4_000));
        assertThat(read(Map.of("INTAKE_MAX_BODY", "1024")).rmq().prefetch()).isEqualTo(16_000);
        assertThat(read(Map.of("RMQ_PREFETCH", "10")).intake().batchSize()).isEqualTo(5);
        assertThat(read(Map.of("RMQ_PREFETCH", "10", "INTAKE_BATCH_SIZE", "7")).intake().batchSize()).isEqualTo(7);
    }

    @Test
    void whatCouldNotWorkLaterIsAProblemAtTheStart() {
        assertThatThrownBy(() -> read(Map.of("RMQ_URL", "amqp://h/a/b", "SOCKET_PATH", "socket.io", "DATABASE_URL",
                "jdbc:postgresql://user:hunter2@h/db"))).hasMessageContaining("RMQ_URL is not usable")
                        .hasMessageContaining("SOCKET_PATH is 'socket.io'; expected a path with a slash at both ends")
                        .hasMessageContaining("DATABASE_URL is not usable").message().doesNotContain("hunter2");
        assertThat(read(Map.of("SOCKET_PATH", "/push/socket.io/")).socket().engine().path())
                .isEqualTo("/push/socket.io/");
    }

    @Test
    void theSecretIsTakenAsItIsBecauseTheBackendSignsWithTheSame() {
        assertThat(read(Map.of("DEV_MODE", "on", "ACCESS_SECRET_KEY", " with blanks\n")).auth().secret().text())
                .isEqualTo(" with blanks\n");
    }

    @Test
    void aSecretIsNeverShown() {
        assertThatThrownBy(() -> read(Map.of("RMQ_URL", "amqp//user:hunter2@h", "DATABASE_URL", "postgresql:hunter2")))
                .message().doesNotContain("hunter2");
        GatewayConfig config = read(Map.of("RMQ_URL", "amqp://user:hunter2@h", "DATABASE_URL",
                "postgresql://user:hunter2@h/db", "ACCESS_SECRET_KEY", "hunter2"));
        assertThat(config.toString()).doesNotContain("hunter2");
    }

    @Test
    void theEnvironmentWinsOverTheFileAndUnknownKnobsInTheFileAreProblems() {
        Config file = Config.builder().disableEnvironmentVariablesSource().disableSystemPropertiesSource()
                .addSource(ConfigSources.create(Map.of("port", "1", "delivery.page-size", "7"))).build();
        GatewayConfig config = GatewayConfig.read(file, Map.of("PORT", "2"));
        assertThat(config.port()).isEqualTo(2);
        assertThat(config.stream().pageSize()).isEqualTo(7);
        Config misspelt = Config.builder().disableEnvironmentVariablesSource().disableSystemPropertiesSource()
                .addSource(ConfigSources.create(Map.of("delivery.pagesize", "7"))).build();
        assertThatThrownBy(() -> GatewayConfig.read(misspelt, Map.of()))
                .hasMessageContaining("delivery.pagesize in application.yaml is not a knob");
    }

    @Test
    void proxiesAndRatesAreReadInWords() {
        GatewayConfig config = read(Map.of("PROXY_TRUSTED", "10.0.0.0/8, ::1", "LIMIT_HANDSHAKES", "7 then 30/m",
                "LIMIT_EVENTS", "off", "LIMIT_CONNECTIONS", "9 then 1/s"));
        PeerRules peers = config.socket().engine().peers();
        assertThat(peers.addresses().trust().trusts(java.net.InetAddress.ofLiteral("10.1.2.3"))).isTrue();
        assertThat(peers.handshakes()).isEqualTo(new Rate(7, 2_000_000_000L));
        assertThat(config.http().opened()).isEqualTo(Rate.of(9, 1));
        assertThat(config.session().rates().events()).isEqualTo(Rate.UNLIMITED);
        assertThatThrownBy(() -> read(
                Map.of("PROXY_TRUSTED", "10.0.0.0/8,proxy.example", "LIMIT_READS", "5/s", "PROXY_HEADER", "via")))
                        .hasMessageContaining("PROXY_TRUSTED is '").hasMessageContaining("separated by commas")
                        .hasMessageContaining("LIMIT_READS is '5/s'; expected a rate like '100 then 20/s'")
                        .hasMessageContaining("PROXY_HEADER is 'via'");
    }

    @Test
    void healthAndMetricsHaveAPortOfTheirOwn() {
        assertThat(read(Map.of()).opsPort()).isEqualTo(3001);
        assertThat(read(Map.of("PORT", "0")).opsPort()).isZero();
        assertThat(read(Map.of("PORT", "0", "OPS_PORT", "9")).opsPort()).isEqualTo(9);
        assertThatThrownBy(() -> read(Map.of("PORT", "3001")))
                .hasMessageContaining("OPS_PORT is 3001, the same as PORT");
    }

    @Test
    void bothFormsOfDatabaseUrlAreUnderstood() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://us%40er:p%2Fw+d@db.example:6543/ulens?sslmode=require");
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/ulens");
        assertThat(url.properties()).containsEntry("sslmode", "require");
        assertThat(url.user()).contains("us@er");
        assertThat(url.password()).contains("p/w+d");
        DatabaseUrl jdbc = DatabaseUrl.parse("jdbc:postgresql://h/db?user=u&sslmode=disable&password=p");
        assertThat(jdbc.jdbcUrl()).isEqualTo("jdbc:postgresql://h:5432/db");
        assertThat(jdbc.properties()).containsEntry("sslmode", "disable");
        assertThat(jdbc.user()).contains("u");
        assertThat(jdbc.password()).contains("p");
    }

    @Test
    void aProcessThatIsNotConfiguredEndsWithStatusOneAndOneMessage() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "ulens.gateway.Main").redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("DEV_MODE", "off");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output).contains("ACCESS_SECRET_KEY", "DATABASE_URL", "RMQ_URL").doesNotContain("Exception");
    }
}
