package ulens.gateway.socketio;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The official JavaScript client in Node, with each of its transports. Skipped where Node or npm is missing. */
@Timeout(300)
class JavaScriptClientTest {
    private static final Path SOURCE = Path.of("src", "test", "js", "socketio-client");
    private static final Path WORK = Path.of("target", "socketio-client");

    private record Result(int status, String output) {
    }

    @BeforeAll
    static void install() throws Exception {
        assumeTrue(isThere("node"),
                "skipped: the JavaScript client needs Node.js, and there is no \"node\" in the PATH");
        assumeTrue(isThere("npm"), "skipped: installing the JavaScript client needs \"npm\", which is not in the PATH");
        Files.createDirectories(WORK);
        for (String file : List.of("package.json", "package-lock.json", "client.js")) {
            Files.copy(SOURCE.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Result install = run("npm", "ci", "--no-audit", "--no-fund");
        assumeTrue(install.status() == 0, () -> "skipped: npm could not install socket.io-client: " + install.output());
    }

    @ParameterizedTest
    @ValueSource(strings = { "websocket", "polling", "default" })
    void understandsTheServer(String transports) throws Exception {
        try (TestServer server = TestServer.start(new EchoApplication()::install)) {
            Result client = run("node", "client.js", "http://localhost:" + server.port(), transports);
            assertThat(client.status()).as(client.output()).isZero();
            assertThat(client.output().lines().filter(line -> line.startsWith("ok: "))).hasSize(8);
        }
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException notFound) {
            return false;
        }
    }

    private static Result run(String... command) throws Exception {
        Path output = Files.createTempFile("socketio-client", ".txt");
        try {
            Process process = new ProcessBuilder(command).directory(WORK.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                return new Result(-1, "not done in time: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }
}
