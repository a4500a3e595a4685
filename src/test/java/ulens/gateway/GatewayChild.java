package ulens.gateway;

import io.helidon.config.Config;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.dev.EmbeddedBroker;
import ulens.gateway.fixture.BrokerDialect;

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

    /** Starts it; says {@code ready <port> <operations port>} on standard output. */
    public static void main(String[] args) {
        Main.openLog();
        Map<String, String> environment = System.getenv();
        boolean embedded = Boolean.parseBoolean(environment.get("FAULTS_EMBEDDED_BROKER"));
        UnaryOperator<Map<String, Object>> dialect = embedded ? EmbeddedBroker::queueArguments
                : UnaryOperator.identity();
        Clock clock = Clock.offset(Clock.systemUTC(),
                Duration.parse(environment.getOrDefault("FAULTS_CLOCK_OFFSET", "PT0S")));
        GatewayConfig config = GatewayConfig.read(Config.empty(), environment);
        Gateway gateway = Gateway.start(config, new BrokerDialect(dialect), clock);
        Main.stopOnSignal(gateway, config.stop().grace());
        Main.endWithoutListener(gateway, config.stop().grace());
        System.out.println("ready " + gateway.port() + " " + gateway.opsPort());
    }
}
