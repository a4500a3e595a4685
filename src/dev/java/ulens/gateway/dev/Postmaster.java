package ulens.gateway.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The server process of a data folder, as its {@code postmaster.pid} names it. */
final class Postmaster {
    private static final String PID_FILE = "postmaster.pid";
    private static final int START_TIME_LINE = 2;
    private static final long START_TIME_TOLERANCE_S = 60;

    private Postmaster() {
    }

    static Path pidFile(Path data) {
        return data.resolve(PID_FILE);
    }

    /**
     * {@return the running server of this data folder, if there is one} A file that names another process by now (ids
     * are reused) is deleted, because it would keep the next server from starting.
     */
    static Optional<ProcessHandle> find(Path data) throws IOException {
        Path file = pidFile(data);
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        Optional<ProcessHandle> named = lines.isEmpty() ? Optional.empty() : process(lines.getFirst());
        if (named.isPresent() && !serves(named.get(), data, lines)) {
            Files.deleteIfExists(file);
            return Optional.empty();
        }
        return named;
    }

    private static Optional<ProcessHandle> process(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid.strip())).filter(ProcessHandle::isAlive);
        } catch (NumberFormatException notWrittenCompletely) {
            return Optional.empty();
        }
    }

    private static boolean serves(ProcessHandle process, Path data, List<String> lines) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        if (Files.exists(proc.resolve("comm"))) {
            return servesOnLinux(proc, data);
        }
        String program = process.info().command().map(Path::of).map(path -> path.getFileName().toString()).orElse("");
        return program.startsWith("postgres") && process.info().startInstant()
                .map(started -> Math.abs(started.getEpochSecond() - startTime(lines)) < START_TIME_TOLERANCE_S)
                .orElse(true);
    }

    /** Compares the working directory of the process: a server's is its data folder. */
    private static boolean servesOnLinux(Path proc, Path data) {
        try {
            return Files.readString(proc.resolve("comm")).strip().equals("postgres")
                    && proc.resolve("cwd").toRealPath().equals(data.toRealPath());
        } catch (IOException goneOrAnotherUsers) {
            return false;
        }
    }

    private static long startTime(List<String> lines) {
        return lines.size() > START_TIME_LINE ? Long.parseLong(lines.get(START_TIME_LINE).strip()) : 0;
    }
}
