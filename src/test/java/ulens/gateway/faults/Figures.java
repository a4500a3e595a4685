package ulens.gateway.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources of a gateway process.
 *
 * @param heapKib
 *            heap in use after a full collection
 * @param threads
 *            of the operating system
 * @param files
 *            open files and sockets
 * @param connections
 *            Engine.IO sessions
 * @param users
 *            rooms
 * @param statements
 *            that the database driver keeps prepared, over all its connections
 */
record Figures(long heapKib, long threads, long files, long connections, long users, long statements) {

    /** One line per generation; the lines of its spaces give no kilobytes. */
    private static final Pattern USED = Pattern.compile(", used (\\d+)K");
    private static final Pattern STATEMENTS = Pattern
            .compile("\\s(\\d+)\\s+\\d+\\s+org\\.postgresql\\.core\\.CachedQuery");

    static Figures of(Stage stage) {
        long pid = stage.gateway.pid();
        jcmd(pid, "GC.run");
        return new Figures(sum(USED, jcmd(pid, "GC.heap_info")), count(Path.of("/proc/" + pid + "/task")),
                count(Path.of("/proc/" + pid + "/fd")), (long) stage.metric("gateway_connections"),
                (long) stage.metric("gateway_users_online"), sum(STATEMENTS, jcmd(pid, "GC.class_histogram")));
    }

    private static long sum(Pattern number, String text) {
        return number.matcher(text).results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
    }

    private static String jcmd(long pid, String command) {
        try {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(pid), command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static long count(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        } catch (IOException _) {
            return -1;
        }
    }
}
