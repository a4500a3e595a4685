package ulens.gateway.faults;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import ulens.gateway.dev.EmbeddedBroker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A broker for one test class: a private RabbitMQ node, which can be killed, if RabbitMQ is installed; otherwise the
 * embedded broker. A class that has one can run beside others.
 */
public final class FaultBroker implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

    private final Path folder;
    private final int port;
    private final int distributionPort;
    private final EmbeddedBroker embedded;
    private Process node;

    private FaultBroker(Path folder) throws IOException {
        this.folder = folder;
        if (isReal()) {
            embedded = null;
            port = freePort();
            distributionPort = freePort();
            startNode();
        } else {
            embedded = EmbeddedBroker.start(folder, 0);
            port = embedded.port();
            distributionPort = 0;
        }
    }

    /** Starts one with its data in this folder. */
    public static FaultBroker start(Path folder) {
        try {
            return new FaultBroker(Files.createDirectories(folder));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /**
     * A RabbitMQ node for all tests that need RabbitMQ's own behaviour; they are skipped if RabbitMQ is not installed.
     * It ends with the process.
     */
    static FaultBroker shared() {
        needReal();
        return Shared.NODE;
    }

    private static final class Shared {
        private static final FaultBroker NODE = start(
                Path.of("target", "node-" + ProcessHandle.current().pid()).toAbsolutePath());

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(NODE::close));
        }
    }

    /** {@return whether it is a real RabbitMQ} */
    public static boolean isReal() {
        return Files.isExecutable(PROGRAM) && !"embedded".equals(System.getProperty("faults.broker"));
    }

    private static void needReal() {
        Assumptions.assumeTrue(isReal(), "depends on RabbitMQ itself; run it where the package rabbitmq-server is"
                + " installed (" + PROGRAM + "), without -Dfaults.broker=embedded");
    }

    /** {@return the URL for a user} */
    public String url(String user) {
        return "amqp://" + user + ":" + user + "@127.0.0.1:" + port;
    }

    /** {@return what a {@link ulens.gateway.fixture.ChildGateway} needs to use this broker} */
    public Map<String, String> settings() {
        return Map.of("RMQ_URL", url("guest"), "FAULTS_EMBEDDED_BROKER", Boolean.toString(!isReal()));
    }

    /** Runs {@code rabbitmqctl} against the node. */
    String control(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(PROGRAM.resolveSibling("rabbitmqctl").toString(), "-q", "-n", nodeName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("HOME", folder.toString(), "RABBITMQ_CONF_ENV_FILE", "/dev/null"));
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("rabbitmqctl " + List.of(arguments) + ": " + output);
            }
            return output;
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private String nodeName() {
        return "faults" + port + "@localhost";
    }

    int port() {
        return port;
    }

    /** Kills the node and starts it again with its data. */
    void restart() {
        kill();
        startNode();
    }

    void kill() {
        node.descendants().forEach(ProcessHandle::destroyForcibly);
        node.destroyForcibly();
        try {
            node.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    void startNode() {
        ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("node.log").toFile());
        builder.environment()
                .putAll(Map.of("RABBITMQ_NODENAME", nodeName(), "RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1",
                        "RABBITMQ_NODE_PORT", Integer.toString(port), "RABBITMQ_DIST_PORT",
                        Integer.toString(distributionPort), "RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString(),
                        "RABBITMQ_LOG_BASE", folder.resolve("log").toString(), "RABBITMQ_ENABLED_PLUGINS_FILE",
                        folder.resolve("plugins").toString(), "RABBITMQ_CONF_ENV_FILE", "/dev/null", "HOME",
                        folder.toString(), "RABBITMQ_CONFIG_FILE", folder.resolve("none").toString()));
        try {
            node = builder.start();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(200)).ignoreExceptions()
                .until(this::answers);
    }

    private boolean answers() throws Exception {
        if (!node.isAlive()) {
            throw new AssertionError("RabbitMQ has ended, see " + folder.resolve("node.log"));
        }
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setHost("127.0.0.1");
        try (Connection connection = factory.newConnection()) {
            return connection.isOpen();
        }
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        } else {
            kill();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
