package ulens.gateway.faults;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import org.awaitility.Awaitility;
import ulens.gateway.dev.EmbeddedBroker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The broker of the fault suite: a private RabbitMQ node where the machine has its programs, so that it can be killed,
 * else the embedded one.
 */
final class FaultBroker implements AutoCloseable {
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

    static FaultBroker start(Path folder) {
        try {
            return new FaultBroker(Files.createDirectories(folder));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return whether it is RabbitMQ itself} */
    static boolean isReal() {
        return Files.isExecutable(PROGRAM) && !"embedded".equals(System.getProperty("faults.broker"));
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
                .putAll(Map.of("RABBITMQ_NODENAME", "faults" + port + "@localhost", "RABBITMQ_NODE_IP_ADDRESS",
                        "127.0.0.1", "RABBITMQ_NODE_PORT", Integer.toString(port), "RABBITMQ_DIST_PORT",
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
