package ulens.gateway.faults;

import ulens.gateway.GatewayChild;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A gateway in a process of its own. */
final class GatewayProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final int MOST_LINES = 2_000;

    private final Process process;
    private final CompletableFuture<List<Integer>> ports = new CompletableFuture<>();
    private final ConcurrentLinkedDeque<String> log = new ConcurrentLinkedDeque<>();

    private GatewayProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /** Starts it; {@link #port()} waits until it listens. */
    static GatewayProcess start(Map<String, String> environment) {
        return start(environment, List.of());
    }

    /** Starts it through another program, for example one that sets its limits. */
    static GatewayProcess start(Map<String, String> environment, List<String> starter) {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx256m",
                "-Djava.util.logging.config.file=" + Path.of("src/main/resources/logging.properties").toAbsolutePath(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                GatewayChild.class.getName()).redirectErrorStream(true);
        builder.command().addAll(0, starter);
        // where no load balancer has to notice, a stop need not wait for it
        builder.environment().put("STOP_DRAIN", "0s");
        builder.environment().putAll(environment);
        try {
            return new GatewayProcess(builder.start());
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                if (log.size() > MOST_LINES) {
                    log.poll();
                }
                if (line.startsWith("ready ")) {
                    ports.complete(Pattern.compile(" ").splitAsStream(line).skip(1).map(Integer::valueOf).toList());
                }
            }
        } catch (IOException _) {
            // the process is gone
        }
        ports.completeExceptionally(new IllegalStateException("the gateway has ended"));
    }

    int port() {
        return ports().getFirst();
    }

    int opsPort() {
        return ports().getLast();
    }

    private List<Integer> ports() {
        try {
            return ports.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException("the gateway did not start:\n" + String.join("\n", log()), failure);
        }
    }

    long pid() {
        return process.pid();
    }

    int exitStatus() {
        return process.exitValue();
    }

    boolean alive() {
        return process.isAlive();
    }

    List<String> log() {
        return List.copyOf(log);
    }

    /** {@return how many lines of its log contain this text} */
    long said(String text) {
        return log.stream().filter(line -> line.contains(text)).count();
    }

    /** Kills it, as kill -9 does. */
    void kill() {
        process.destroyForcibly();
        await(PATIENCE_SECONDS);
    }

    /** Ends it with SIGTERM. */
    void terminate() {
        // not Process.destroy, which would close our end of its output as well
        process.toHandle().destroy();
    }

    /** {@return whether it has ended within the time} */
    boolean await(int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        terminate();
        if (!await(PATIENCE_SECONDS)) {
            kill();
        }
    }
}
