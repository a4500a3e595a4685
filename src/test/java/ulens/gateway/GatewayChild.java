package ulens.gateway;

import io.helidon.config.Config;
import io.helidon.logging.common.LogConfig;
import ulens.gateway.dev.EmbeddedBroker;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A gateway as a process of its own, to be killed. Like {@link Main}, but it can talk to the embedded broker
 * ({@code FAULTS_EMBEDDED_BROKER=true}) and have a wrong clock ({@code FAULTS_CLOCK_OFFSET=PT1H}).
 */
public final class GatewayChild {
    private GatewayChild() {
    }

    /** Starts it; says {@code ready <port>} on standard output. */
    public static void main(String[] args) {
        LogUntilTheEnd.install();
        LogConfig.configureRuntime();
        Map<String, String> environment = System.getenv();
        boolean embedded = Boolean.parseBoolean(environment.get("FAULTS_EMBEDDED_BROKER"));
        UnaryOperator<Map<String, Object>> dialect = embedded ? EmbeddedBroker::queueArguments
                : UnaryOperator.identity();
        Clock clock = Clock.offset(Clock.systemUTC(),
                Duration.parse(environment.getOrDefault("FAULTS_CLOCK_OFFSET", "PT0S")));
        GatewayConfig config = GatewayConfig.read(Config.empty(), environment);
        Gateway gateway = Gateway.start(config, dialect, clock);
        Main.stopOnSignal(gateway, config.stopGrace());
        System.out.println("ready " + gateway.port());
    }
}
