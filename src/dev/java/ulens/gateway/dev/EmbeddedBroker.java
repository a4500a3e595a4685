package ulens.gateway.dev;

import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.SystemConfig;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An AMQP 0-9-1 broker inside this process, for a newcomer who has no RabbitMQ: Apache Qpid Broker-J, one port on
 * 127.0.0.1, user and password {@code guest}.
 * <p>
 * Queues and messages live in memory only: they are gone when the broker is closed. The differences from RabbitMQ are
 * listed in the description of this package.
 * <p>
 * It registers no JVM shutdown hook (Qpid's own is taken away again): the broker stays until {@link #close()}, so that
 * the gateway can still ack and publish while it stops.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EmbeddedBroker.class.getName());
    private static final String HOST = "127.0.0.1";

    private final SystemLauncher launcher;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedBroker(SystemLauncher launcher, int port) {
        this.launcher = launcher;
        this.port = port;
    }

    /**
     * Starts a broker; it accepts connections when this returns.
     *
     * @param folder
     *            work folder for anything the broker must write, made when missing
     * @param port
     *            port on 127.0.0.1; 0 takes a free one
     *
     * @return the running broker
     *
     * @throws IllegalStateException
     *             the port is taken, or the broker did not start; the message says why
     */
    public static EmbeddedBroker start(Path folder, int port) {
        long began = System.nanoTime();
        checkFree(port);
        LibraryLogs.quieten();
        StartListener listener = new StartListener();
        SystemLauncher launcher = new SystemLauncher(listener);
        try {
            Files.createDirectories(folder);
            launcher.startup(attributes(folder, port));
        } catch (Exception e) {
            launcher.shutdown();
            throw new IllegalStateException("The embedded AMQP broker did not start: " + e.getMessage(), e);
        }
        if (listener.failure != null) {
            throw new IllegalStateException("The embedded AMQP broker did not start: " + listener.failure.getMessage(),
                    listener.failure);
        }
        SystemConfig<?> config = Objects.requireNonNull(listener.config, "Qpid has started without a configuration");
        QpidShutdownHook.remove(config.getContainer());
        EmbeddedBroker broker = new EmbeddedBroker(launcher, boundPort(config));
        LOG.log(Level.INFO, "[GATEWAY][RMQ] embedded AMQP broker on {0}:{1,number,#} after {2,number,#} ms", HOST,
                broker.port, (System.nanoTime() - began) / 1_000_000);
        return broker;
    }

    /** {@return the AMQP URI for clients, with user and password} */
    public String uri() {
        return "amqp://guest:guest@" + HOST + ":" + port;
    }

    /** {@return the port on 127.0.0.1} */
    public int port() {
        return port;
    }

    /**
     * Translates queue arguments for the embedded broker.
     * @param rabbitMqArguments
     *            arguments of {@code queue.declare} as RabbitMQ takes them
     *
     * @return the arguments to declare the same queue with here; {@link QueueDialect} lists which are translated and
     *         which are left out
     */
    public static Map<String, Object> queueArguments(Map<String, Object> rabbitMqArguments) {
        return QueueDialect.translate(rabbitMqArguments);
    }

    /** Stops the broker: connections are closed, messages are gone. A second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            launcher.shutdown();
            LOG.log(Level.INFO, "[GATEWAY][RMQ] embedded AMQP broker stopped");
        }
    }

    private static Map<String, Object> attributes(Path folder, int port) {
        return Map.of(SystemConfig.TYPE, "Memory", //
                SystemConfig.INITIAL_CONFIGURATION_LOCATION,
                EmbeddedBroker.class.getResource("embedded-broker.json").toString(), //
                SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT, false, //
                SystemConfig.CONTEXT, Map.of( //
                        SystemConfig.QPID_WORK_DIR, folder.toAbsolutePath().toString(), //
                        "gateway.dev.amqpPort", Integer.toString(port), //
                        // expired messages are only found by housekeeping; Qpid's own default is 30 s
                        "virtualhost.housekeepingCheckPeriod", "1000", //
                        // a port that cannot be opened must fail the start, not leave a deaf broker
                        "broker.failStartupWithErroredChild", "true", //
                        // producers made for RabbitMQ declare with x- arguments; Qpid would close their connection
                        "queue.behaviourOnUnknownDeclareArgument", "IGNORE", //
                        "exchange.behaviourOnUnknownDeclareArgument", "IGNORE", //
                        "qpid.port.closeWhenNoRoute", "false"));
    }

    /** Fails with a plain message if the port is taken: Qpid would hide it in a chain of configuration errors. */
    private static void checkFree(int port) {
        if (port == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
        } catch (IOException e) {
            throw new IllegalStateException("The embedded AMQP broker cannot listen on " + HOST + ":" + port + " ("
                    + e.getMessage() + "). Stop what uses that port, choose another, or set RMQ_URL to a real broker.",
                    e);
        }
    }

    private static int boundPort(SystemConfig<?> config) {
        return config.getContainer().getChildren(Port.class).iterator().next().getBoundPort();
    }

    /** Qpid reports a failed start here and returns normally. */
    private static final class StartListener extends DefaultSystemLauncherListener {
        private volatile @Nullable RuntimeException failure;
        private volatile @Nullable SystemConfig<?> config;

        @Override
        public void errorOnStartup(RuntimeException e) {
            failure = e;
        }

        @Override
        public void onContainerResolve(SystemConfig<?> resolved) {
            config = resolved;
        }
    }
}
