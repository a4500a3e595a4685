package ulens.gateway.dev;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs; their output goes to a log file. */
final class Program {
    private Program() {
    }

    /**
     * Starts a program.
     *
     * @param input
     *            file for its standard input, null for none
     * @param log
     *            file for its output, which is overwritten
     */
    static Process start(List<String> command, @Nullable Path input, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        // PGDATA, PGOPTIONS and their like are meant for other servers
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        try {
            Process process = builder.start();
            if (input == null) {
                process.getOutputStream().close();
            }
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the exit status of a program} The program is ended by force after {@code seconds}. */
    static int run(List<String> command, @Nullable Path input, Path log, int seconds) {
        Process process = start(command, input, log);
        try {
            if (process.waitFor(seconds, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new IllegalStateException(command.getFirst() + " did not end within " + seconds + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + command.getFirst() + " was running", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** {@return the last lines of a log, for an error message; empty when there is none} */
    static String lastLines(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            return "(" + log + ": " + e.getMessage() + ")";
        }
    }
}
