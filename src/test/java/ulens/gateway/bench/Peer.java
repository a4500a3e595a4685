package ulens.gateway.bench;

import ulens.gateway.fixture.TestTokens;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that is measured. */
final class Peer implements AutoCloseable {
    /** The kinds of peers. */
    enum Kind {
        GATEWAY("gateway"), BEFORE("before"), GROWN("gateway, 10 million rows"), SEED("seed"), DURABLE("seed-durable"),
        CEILING("broker ceiling");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Duration START = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 20;

    private final Process process;
    private final int port;
    private final StringBuffer said = new StringBuffer();

    private Peer(Process process, int port) {
        this.process = process;
        // ends the process even if the benchmark is aborted
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        this.port = port;
        Thread.ofVirtual().start(this::listen);
    }

    /** Starts a peer and waits until it accepts clients. */
    static Peer start(Kind kind, String database, String broker) {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(command(kind)).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.putAll(Map.of("PORT", Integer.toString(port), "HOST", "127.0.0.1", "ACCESS_SECRET_KEY",
                TestTokens.SECRET, "DATABASE_URL", database, "RMQ_URL", broker, "SOCKET_TEST_INTERVAL", "0", "DEV_MODE",
                "off", "OPS_PORT", "0"));
        try {
            Peer peer = new Peer(builder.start(), port);
            peer.await(peer::listens, "start of " + kind.title());
            return peer;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> command(Kind kind) {
        return switch (kind) {
            case SEED -> List.of("node", "bench/peers/seed.mjs");
            case DURABLE -> List.of("node", "bench/peers/seed-durable.mjs");
            case CEILING -> throw new IllegalArgumentException("the ceiling is no process");
            case GATEWAY, GROWN -> gateway(".");
            case BEFORE -> gateway(System.getenv("BENCH_BEFORE"));
        };
    }

    /** {@return the command of the README, with {@code BENCH_FLAGS} added} */
    private static List<String> gateway(String checkout) {
        File target = new File(checkout, "target");
        File[] jars = target.listFiles((_, name) -> name.matches("ulens-gateway-.*\\.jar"));
        if (jars == null || jars.length == 0) {
            throw new IllegalStateException("no jar in " + target + "; ./mvnw package makes it");
        }
        List<String> command = new ArrayList<>(List.of(JAVA.toString(), "@" + new File(target, "java.options")));
        List.of(System.getenv().getOrDefault("BENCH_FLAGS", "").split(" ")).stream().filter(flag -> !flag.isBlank())
                .forEach(command::add);
        command.addAll(List.of("-jar", jars[0].getPath()));
        return command;
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> said.append(line).append('\n'));
        } catch (IOException | UncheckedIOException _) {
            // it has ended
        }
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** Suspends the process; input for it waits in buffers of the system. */
    void freeze() {
        run("kill", "-STOP", Long.toString(pid()));
    }

    void thaw() {
        run("kill", "-CONT", Long.toString(pid()));
    }

    /** {@return resident memory in bytes} */
    long resident() {
        return status("VmRSS:") * 1024;
    }

    private long status(String name) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                    .filter(line -> line.startsWith(name)).map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(Long::parseLong).findFirst().orElse(0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@return processor time used so far} */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Collects garbage, in a JVM. {@return live heap in bytes} */
    long liveHeap() {
        run(JAVA.resolveSibling("jcmd").toString(), Long.toString(pid()), "GC.run");
        String info = run(JAVA.resolveSibling("jcmd").toString(), Long.toString(pid()), "GC.heap_info");
        long kib = 0;
        var used = java.util.regex.Pattern.compile(", used (\\d+)K").matcher(info);
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        return kib * 1024;
    }

    static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + START.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(what + " failed:\n" + said);
            }
            sleep();
        }
    }

    private static void sleep() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(START)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
