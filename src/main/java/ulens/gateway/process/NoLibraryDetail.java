package ulens.gateway.process;

import java.net.SocketException;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps lines of libraries below INFO out of the log, whatever levels are configured, since they may hold secrets:
 * Helidon's connection log prints requests with their tokens and cookies, the database driver prints bound values, the
 * RabbitMQ client prints messages, and the next version of any of them may print more. Our own loggers may use every
 * level, since their lines hold no secrets.
 * <p>
 * Also keeps one error of Helidon 4.1.2 out: a listener that is closed on purpose just before it waits for the next
 * connection logs "Socket is closed" with a stack trace. A listener that dies says another reason.
 */
final class NoLibraryDetail implements Filter {
    private static final String OURS = "ulens.gateway";
    private static final String LISTENER = "io.helidon.webserver.ServerListener";
    private static final NoLibraryDetail INSTANCE = new NoLibraryDetail();

    private NoLibraryDetail() {
    }

    /** Adds the filter to a logger. Call it for every logger when it is made: child loggers do not inherit a filter. */
    static void guard(Logger logger) {
        String name = logger.getName();
        if (name == null || !(name.equals(OURS) || name.startsWith(OURS + "."))) {
            logger.setFilter(INSTANCE);
        }
    }

    @Override
    public boolean isLoggable(LogRecord said) {
        return said.getLevel().intValue() >= Level.INFO.intValue() && !isClosedListener(said);
    }

    private static boolean isClosedListener(LogRecord said) {
        return LISTENER.equals(said.getLoggerName()) && said.getThrown() instanceof SocketException failure
                && "Socket is closed".equals(failure.getMessage());
    }
}
