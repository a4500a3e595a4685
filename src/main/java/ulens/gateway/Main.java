package ulens.gateway;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.logging.common.LogConfig;

import java.time.Duration;
import java.util.Map;

/** Starts the gateway. */
public final class Main {
    private Main() {
    }

    /**
     * Starts the gateway and keeps it running until the process is told to stop. What is wrong with the configuration
     * is said on standard error, and the process ends with status 1.
     *
     * @param args
     *            not used
     */
    public static void main(String[] args) {
        LogUntilTheEnd.install();
        LogConfig.configureRuntime();
        // a thread that dies is a bug to be seen, never the end of the process (the embedded broker would halt it)
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> System.getLogger(Main.class.getName())
                .log(System.Logger.Level.ERROR, "[GATEWAY] thread " + thread.getName() + " died", failure));
        try {
            GatewayConfig config = GatewayConfig.read(file(), System.getenv());
            Gateway gateway = Gateway.start(config);
            stopOnSignal(gateway, config.stopGrace());
        } catch (GatewayConfig.Unusable problem) {
            System.err.println(problem.getMessage());
            System.exit(1);
        } catch (RuntimeException failure) {
            System.err.println("The gateway could not start: " + failure.getMessage());
            System.getLogger(Main.class.getName()).log(System.Logger.Level.DEBUG, "start failed", failure);
            System.exit(1);
        }
    }

    /** Stops the gateway when the process is told to end. */
    static void stopOnSignal(Gateway gateway, Duration grace) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(gateway, grace)));
    }

    /** Whatever hangs, the process is gone at the end of the grace period: nothing is lost by a hard end. */
    private static void stop(Gateway gateway, Duration grace) {
        Thread.ofPlatform().daemon().name("stop-limit").start(() -> {
            try {
                Thread.sleep(grace);
            } catch (InterruptedException _) {
                return;
            }
            Runtime.getRuntime().halt(1);
        });
        gateway.close();
    }

    static Config file() {
        return Config.builder().disableEnvironmentVariablesSource().disableSystemPropertiesSource()
                .addSource(ConfigSources.file("application.yaml").optional())
                .addSource(ConfigSources.classpath("application.yaml").optional()).build();
    }

    /** For tests: a configuration from the environment alone. */
    static GatewayConfig config(Map<String, String> environment) {
        return GatewayConfig.read(Config.empty(), environment);
    }
}
