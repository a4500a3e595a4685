package ulens.gateway.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Stops the server when this process has died without doing so: a shell that waits for the end of a pipe which only
 * this process holds open.
 * <p>
 * It looks once more whether the data folder is still served by the process that it was made for, so it never stops the
 * server of a gateway that was started in the meantime. It ignores the signals that a terminal sends to all processes.
 * On Windows there is none; there, the next start stops the orphan.
 */
final class Watchdog implements AutoCloseable {
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM
            read -r never
            read -r server < "$2" && [ "$server" = "$1" ] && kill -INT "$1"
            """;

    private final Optional<Process> shell;

    private Watchdog(Optional<Process> shell) {
        this.shell = shell;
    }

    static Watchdog over(ProcessHandle server, Path pidFile) {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return new Watchdog(Optional.empty());
        }
        try {
            // it may outlive this process, so it must not keep the ends of pipes that others read
            return new Watchdog(Optional
                    .of(new ProcessBuilder("sh", "-c", SCRIPT, "sh", Long.toString(server.pid()), pidFile.toString())
                            .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends it away; called after the server has been stopped. */
    @Override
    public void close() {
        shell.ifPresent(process -> {
            try {
                process.getOutputStream().close();
            } catch (IOException alreadyGone) {
                process.destroyForcibly();
            }
        });
    }
}
