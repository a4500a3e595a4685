package ulens.gateway;

import org.junit.jupiter.api.Assumptions;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The official JavaScript client in a Node process of its own, with a list of what it says. */
final class JavaScriptClient implements AutoCloseable {
    private static final Path SOURCE = Path.of("src", "test", "js", "socketio-client");
    private static final Path WORK = Path.of("target", "recovery-client");

    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();

    /** Installs the client; skips the test with the reason where that is not possible. */
    static void install() {
        try {
            Files.createDirectories(WORK);
            for (String file : List.of("package.json", "package-lock.json", "recover.js")) {
                Files.copy(SOURCE.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund").directory(WORK.toFile())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            boolean installed = npm.waitFor(180, TimeUnit.SECONDS) && npm.exitValue() == 0;
            Assumptions.assumeTrue(installed, "skipped: npm could not install the JavaScript client");
        } catch (IOException missing) {
            Assumptions.abort(
                    "skipped: the JavaScript client needs node and npm in the PATH (" + missing.getMessage() + ")");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    JavaScriptClient(int port, String token, String transports) {
        try {
            process = new ProcessBuilder("node", "recover.js", "http://127.0.0.1:" + port + "/ws", token, transports)
                    .directory(WORK.toFile()).redirectErrorStream(true).start();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        Thread.startVirtualThread(this::listen);
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(said::add);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** {@return what follows this word, for each line that begins with it} */
    List<String> all(String word) {
        return said.stream().filter(line -> line.startsWith(word + " ")).map(line -> line.substring(word.length() + 1))
                .toList();
    }

    /** {@return ids of the notifications, in the order in which they came} */
    List<Long> rows() {
        return all("row").stream().map(Long::valueOf).toList();
    }

    /** Leaves on purpose and comes back. */
    void leaveAndComeBack() {
        try {
            process.getOutputStream().write("leave\n".getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
