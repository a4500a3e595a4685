package ulens.gateway;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import static org.awaitility.Awaitility.await;

/** A gateway in a process of its own, on a port that stays the same, which can be killed and started again. */
final class ChildGateway implements AutoCloseable {
    private final Map<String, String> environment = new HashMap<>();
    private final int port;
    private Process process;

    ChildGateway(TestDatabase database, TestBroker broker) {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        environment.putAll(Map.of("PORT", Integer.toString(port), "HOST", "127.0.0.1", "ACCESS_SECRET_KEY",
                TestTokens.SECRET, "DATABASE_URL", database.environmentValue(), "RMQ_URL", TestServices.broker(),
                "RMQ_QUEUE", broker.queue(), "DELIVERY_CONFIRM_AFTER", "50ms"));
        start();
    }

    int port() {
        return port;
    }

    void start() {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "ulens.gateway.Main").redirectErrorStream(true).redirectOutput(
                        ProcessBuilder.Redirect.appendTo(Path.of("target", "child-gateway.log").toFile()));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        // not only listening: its queues may not be declared yet, and what is published before that goes nowhere
        await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(this::isReady);
    }

    private boolean isReady() {
        try {
            HttpURLConnection question = (HttpURLConnection) URI
                    .create("http://127.0.0.1:" + port + "/observe/health/ready").toURL().openConnection();
            return question.getResponseCode() < HttpURLConnection.HTTP_BAD_REQUEST;
        } catch (IOException _) {
            return false;
        }
    }

    /** As kill -9 does. */
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
