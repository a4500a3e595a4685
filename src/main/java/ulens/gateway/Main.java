package ulens.gateway;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.logging.common.LogConfig;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.process.LogUntilTheEnd;
import ulens.gateway.process.StopSignals;
import ulens.gateway.web.StartFailedException;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Starts the gateway. */
public final class Main {
    private Main() {
    }

    /**
     * Starts the gateway as production runs it, without a dev mode.
     *
     * @param args
     *            not used
     */
    public static void main(String[] args) {
        run(GatewayConfig::readWithoutDevMode, Gateway::start);
    }

    /**
     * Starts a gateway and keeps it running until the process is told to stop. If the configuration is wrong, the
     * problems are printed to standard error, and the process ends with status 1.
     *
     * @param configuration
     *            reads the configuration from the file and the environment
     * @param starter
     *            starts the gateway
     */
    public static void run(BiFunction<Config, Map<String, String>, GatewayConfig> configuration,
            Function<GatewayConfig, Gateway> starter) {
        openLog();
        // an uncaught exception is logged, and never ends the process (the embedded broker's handler would halt it)
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> System.getLogger(Main.class.getName())
                .log(System.Logger.Level.ERROR, "[GATEWAY] thread " + thread.getName() + " died", failure));
        try {
            GatewayConfig config = configuration.apply(file(), System.getenv());
            Gateway gateway = starter.apply(config);
            stopOnSignal(gateway, config.stop().grace());
            endWithoutListener(gateway, config.stop().grace());
        } catch (GatewayConfig.Unusable problem) {
            System.err.println(problem.getMessage());
            System.exit(1);
        } catch (StartFailedException | IllegalStateException | UncheckedIOException problem) {
            System.err.println("The gateway could not start: " + problem.getMessage());
            System.getLogger(Main.class.getName()).log(System.Logger.Level.DEBUG, "start failed", problem);
            System.exit(1);
        } catch (Throwable failure) {
            // an Error as well: otherwise other threads would keep a process alive that does nothing
            System.err.println("The gateway could not start: " + failure);
            System.getLogger(Main.class.getName()).log(System.Logger.Level.DEBUG, "start failed", failure);
            System.exit(1);
        }
    }

    /**
     * Chooses the log manager; call it before anything logs. It is named here and not in a method of its own class:
     * initialising that class would initialise its superclass, which is when the JDK chooses.
     */
    static void openLog() {
        if (System.getProperty("java.util.logging.manager") == null) {
            System.setProperty("java.util.logging.manager", LogUntilTheEnd.class.getName());
        }
        LogConfig.configureRuntime();
    }

    /** Stops the gateway when the process is told to end; told again, without delay. */
    static void stopOnSignal(Gateway gateway, Duration grace) {
        StopSignals.listen(gateway::hurryStop);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(gateway, grace)));
    }

    /** Ends the process when a listener has died, since no client can connect: the service manager starts it again. */
    static void endWithoutListener(Gateway gateway, Duration grace) {
        System.Logger logger = System.getLogger(Main.class.getName());
        gateway.whenListenerDies(which -> {
            String last = "[GATEWAY][WS] listener " + which + " has died, nobody can connect any more: "
                    + "the process ends with status 1, to be started again";
            try {
                logger.log(System.Logger.Level.ERROR, last);
                gateway.stopWithoutDrain();
                stop(gateway, grace);
            } catch (Throwable failure) {
                // without free descriptors no class can be loaded; a hard end loses nothing
                logger.log(System.Logger.Level.WARNING, "[GATEWAY][WS] not stopped in order: {0}", failure);
            } finally {
                logger.log(System.Logger.Level.ERROR, last);
                System.exit(1);
            }
        });
    }

    /** Ends the process at the end of the grace period even if a step hangs: a hard end loses nothing. */
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
}
