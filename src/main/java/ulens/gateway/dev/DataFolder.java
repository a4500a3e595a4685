package ulens.gateway.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL's data folder with one database and its owner in it.
 * <p>
 * It is made under another name and renamed when it is complete, so a start that was interrupted leaves nothing that
 * looks like data.
 */
final class DataFolder {
    /** Database, and user that owns it. */
    static final String NAME = "gateway";
    private static final String UNFINISHED = "unfinished-";
    private static final String SQL = """
            CREATE ROLE %1$s LOGIN IN ROLE pg_monitor;
            CREATE DATABASE %1$s OWNER %1$s;
            """.formatted(NAME);
    /** No password, but only this user, who is no superuser: nobody gets at the machine's files through the server. */
    private static final String ACCESS = "host %1$s %1$s 127.0.0.1/32 trust\n".formatted(NAME);

    private DataFolder() {
    }

    /**
     * @param parent
     *            the folder of this major version
     *
     * @return the data folder, made when it is not there yet
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
        // it ends with status 0 whatever the statements did
        if (Files.readString(log).contains(" ERROR: ")) {
            throw failed(log);
        }
        Files.delete(sql);
        Files.writeString(fresh.resolve("pg_hba.conf"), ACCESS);
    }

    private static void run(List<String> command, Path input, Path log) {
        if (Program.run(command, input, log, 120) != 0) {
            throw failed(log);
        }
    }

    private static IllegalStateException failed(Path log) {
        return new IllegalStateException("The embedded PostgreSQL could not be set up:\n" + Program.lastLines(log));
    }

    /** What cannot be deleted, because an orphaned initdb still writes there, does no harm: its name is not used. */
    private static void deleteUnfinished(Path parent) throws IOException {
        List<Path> old;
        try (Stream<Path> children = Files.list(parent)) {
            old = children.filter(child -> child.getFileName().toString().startsWith(UNFINISHED)).toList();
        }
        for (Path folder : old) {
            try {
                Folders.delete(folder);
            } catch (IOException stillWritten) {
                continue;
            }
        }
    }
}
