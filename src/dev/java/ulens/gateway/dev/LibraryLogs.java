package ulens.gateway.dev;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Lets only warnings of the embedded servers' libraries through, unless the logging configuration names a level. */
final class LibraryLogs {
    // JUL holds its loggers weakly: without these the level would be forgotten
    private static final List<Logger> LOGGERS = Stream.of("org.apache.qpid", "qpid", "io.zonky.test")
            .map(Logger::getLogger).toList();

    private LibraryLogs() {
    }

    static void quieten() {
        for (Logger logger : LOGGERS) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.WARNING);
            }
        }
    }
}
