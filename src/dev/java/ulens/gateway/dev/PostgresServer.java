package ulens.gateway.dev;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Starts and stops the server of a data folder.
 * <p>
 * It is started through {@code pg_ctl}, which puts it into a session of its own: a Ctrl-C in the terminal, which goes
 * to all processes there, reaches the gateway but not its database.
 */
final class PostgresServer {
    private static final Logger LOG = System.getLogger(PostgresServer.class.getName());
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int POLL_MS = 10;
    /** The SQLSTATEs of a server that can't be reached yet or is starting. */
    private static final Set<String> NOT_YET = Set.of("08001", "57P03");
    private static final int FAST_STOP_S = 20;
    private static final int IMMEDIATE_STOP_S = 10;

    private final PostgresBinaries binaries;
    private final Path data;
    private final Path folder;

    PostgresServer(PostgresBinaries binaries, Path data) {
        this.binaries = binaries;
        this.data = data;
        this.folder = data.resolveSibling("");
    }

    static String jdbcUrl(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DataFolder.NAME + "?user=" + DataFolder.NAME;
    }

    /**
     * {@return the server's version, once it answers}
     *
     * @throws IllegalStateException
     *             it does not start; the message ends with its log
     */
    String start(ServerAccount account, int port) throws IOException {
        Path log = folder.resolve("server.log");
        if (Files.exists(log)) {
            Files.move(log, folder.resolve("server.previous.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        Process starter = Program.start(account.command(binaries.program("pg_ctl"), "-D", data.toString(), "-l",
                log.toString(), "-w", "-t", "60", "-o", options(port), "start"), null, folder.resolve("start.log"));
        long began = System.nanoTime();
        while (System.nanoTime() - began < START_NANOS) {
            Optional<String> version = ask(port);
            if (version.isPresent()) {
                return version.get();
            }
            if (!starter.isAlive() && starter.exitValue() != 0) {
                break;
            }
            pause();
        }
        throw new IllegalStateException("The embedded PostgreSQL did not start on port " + port + ":\n"
                + Program.lastLines(folder.resolve("start.log")) + "\n" + Program.lastLines(log));
    }

    /** Stops the server if it runs: fast, then without a checkpoint (it recovers at the next start), then by force. */
    void stop() throws IOException {
        Optional<ProcessHandle> found = Postmaster.find(data);
        if (found.isEmpty()) {
            return;
        }
        ProcessHandle server = found.get();
        signal(server, "INT");
        if (ended(server, FAST_STOP_S)) {
            return;
        }
        LOG.log(Level.WARNING, "[GATEWAY][DB] the embedded PostgreSQL takes too long to stop and is stopped at once");
        signal(server, "QUIT");
        if (!ended(server, IMMEDIATE_STOP_S)) {
            server.destroyForcibly();
            ended(server, IMMEDIATE_STOP_S);
        }
    }

    private static String options(int port) {
        return "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
                + " -c synchronous_commit=on -c full_page_writes=on -c timezone=UTC -c log_timezone=UTC";
    }

    /** Another server may have taken the port in the meantime, so the answer must come from this data folder. */
    private Optional<String> ask(int port) throws IOException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(port) + "&connectTimeout=5&socketTimeout=30");
                Statement statement = connection.createStatement();
                ResultSet row = statement
                        .executeQuery("select current_setting('data_directory'), current_setting('server_version')")) {
            row.next();
            return Files.isSameFile(Path.of(row.getString(1)), data) ? Optional.of(row.getString(2)) : Optional.empty();
        } catch (SQLException e) {
            if (NOT_YET.contains(e.getSQLState())) {
                return Optional.empty();
            }
            throw new IllegalStateException("The embedded PostgreSQL does not answer: " + e.getMessage(), e);
        }
    }

    /** The shell's own kill, because pg_ctl refuses to work for root. */
    private void signal(ProcessHandle server, String name) {
        String pid = Long.toString(server.pid());
        Program.run(WINDOWS //
                ? ServerAccount.OWN.command(binaries.program("pg_ctl"), "kill", name, pid)
                : ServerAccount.OWN.command("sh", "-c", "kill -" + name + " " + pid), null, folder.resolve("stop.log"),
                FAST_STOP_S);
    }

    /** Polls often: the handle's own wait for a process that is no child polls only every 0.3 s. */
    private static boolean ended(ProcessHandle server, int seconds) {
        long began = System.nanoTime();
        while (server.isAlive()) {
            if (System.nanoTime() - began > TimeUnit.SECONDS.toNanos(seconds)) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the embedded PostgreSQL", e);
        }
    }
}
