package ulens.gateway.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The account that PostgreSQL runs as. The server refuses to run as root, so a gateway started by root (in a container,
 * say) starts it through a program that drops root's rights.
 *
 * @param prefix
 *            words to put before each command
 * @param uid
 *            owner that the server's files need, -1 for the user of this process
 */
record ServerAccount(List<String> prefix, int uid) {
    private static final int NOBODY = 65534;

    /** The user of this process. */
    static final ServerAccount OWN = new ServerAccount(List.of(), -1);
    /** A user namespace without root's rights; the files still belong to root. Containers often forbid it. */
    static final ServerAccount NAMESPACE = new ServerAccount(List.of("unshare", "-U"), 0);
    /**
     * Another user. It must be able to enter all folders above the data, which may not be the case under /root or
     * /home.
     */
    static final ServerAccount OTHER_USER = new ServerAccount(
            List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);

    static List<ServerAccount> candidates() {
        return System.getProperty("user.name").equals("root") ? List.of(NAMESPACE, OTHER_USER) : List.of(OWN);
    }

    /**
     * {@return the first account that can run the programs and write the folder} The folder's files are given to it.
     *
     * @throws IllegalStateException
     *             there is none
     */
    static ServerAccount choose(List<ServerAccount> candidates, PostgresBinaries binaries, Path folder) {
        for (ServerAccount account : candidates) {
            account.takeOver(folder);
            if (account.canServe(binaries, folder)) {
                return account;
            }
        }
        throw new IllegalStateException(candidates.equals(List.of(OWN)) //
                ? "The embedded PostgreSQL cannot write " + folder + ": it belongs to another user"
                : "PostgreSQL does not run as root, and here neither 'unshare -U' nor 'setpriv' to user " + NOBODY
                        + " can run it with its data in " + folder + ". Start the gateway as an ordinary user, in a"
                        + " folder that other users can reach, or set DATABASE_URL to a real PostgreSQL.");
    }

    List<String> command(String... command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(List.of(command));
        return whole;
    }

    private boolean canServe(PostgresBinaries binaries, Path folder) {
        if (prefix.isEmpty()) {
            return Files.isWritable(folder);
        }
        try {
            return Program.run(
                    command("sh", "-c", "[ \"$(id -u)\" != 0 ] && [ -w \"$1\" ] && [ -x \"$2\" ]", "sh",
                            folder.toString(), binaries.program("postgres")),
                    null, folder.resolve("setup.log"), 10) == 0;
        } catch (UncheckedIOException notInstalled) {
            return false;
        }
    }

    private void takeOver(Path folder) {
        if (uid < 0) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                if (!Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(uid)) {
                    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
