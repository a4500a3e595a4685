package ulens.gateway.dev;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * PostgreSQL's data folder with one database and its owner in it.
 * <p>
 * It is made under another name and renamed when it is complete, so a start that was interrupted leaves nothing that
 * looks like data.
 */
final class DataFolder {
    /** The name of the database and of the user that owns it. */
    static final String NAME = "gateway";
    private static final String UNFINISHED = "unfinished-";
    private static final String SQL = String.format(Locale.ROOT, """
            CREATE ROLE %1$s LOGIN IN ROLE pg_monitor;
            CREATE DATABASE %1$s OWNER %1$s;
            """, NAME);
    /**
     * Access without a password, but only for this user, who is no superuser, so that nobody can read the machine's
     * files through the server.
     */
    private static final String ACCESS = "host " + NAME + " " + NAME + " 127.0.0.1/32 trust\n";

    private DataFolder() {
    }

    /**
     * Makes the data folder where there is none yet.
     *
     * @param parent
     *            the folder of this major version
     *
     * @return the data folder
     */
    static Path prepare(Path parent, PostgresBinaries binaries, ServerAccount account) throws IOException {
        Path data = parent.resolve("data");
        if (Files.notExists(data)) {
            deleteUnfinished(parent);
            Path fresh = parent.resolve(UNFINISHED + ProcessHandle.current().pid() + "-" + System.nanoTime());
            create(fresh, parent, binaries, account);
            Files.move(fresh, data);
        }
        return data;
    }

    private static void create(Path fresh, Path parent, PostgresBinaries binaries, ServerAccount account)
            throws IOException {
        Path log = parent.resolve("setup.log");
        run(account.command(binaries.program("initdb"), "-D", fresh.toString(), "-U", "postgres", "-A", "reject", "-E",
                "UTF8", "--locale=C"), null, log);
        Path sql = Files.writeString(parent.resolve("setup.sql"), SQL);
        run(account.command(binaries.program("postgres"), "--single", "-D", fresh.toString(), "template1"), sql, log);
        // the program ends with status 0 even if a statement failed
        if (Files.readString(log).contains(" ERROR: ")) {
            throw failed(log);
        }
        Files.delete(sql);
        Files.writeString(fresh.resolve("pg_hba.conf"), ACCESS);
    }

    private static void run(List<String> command, @Nullable Path input, Path log) {
        if (Program.run(command, input, log, 120) != 0) {
            throw failed(log);
        }
    }

    private static IllegalStateException failed(Path log) {
        return new IllegalStateException("The embedded PostgreSQL could not be set up:\n" + Program.lastLines(log));
    }

    /**
     * Deletes the remains of interrupted starts. Files that cannot be deleted, because an orphaned initdb still writes
     * them, do no harm: their names are not used again.
     */
    private static void deleteUnfinished(Path parent) throws IOException {
        List<Path> old;
        try (Stream<Path> children = Files.list(parent)) {
            old = children.filter(child -> child.getFileName().toString().startsWith(UNFINISHED)).toList();
        }
        for (Path folder : old) {
            try {
                Folders.delete(folder);
            } catch (IOException _) {
                // an orphaned initdb still writes there
            }
        }
    }
}
