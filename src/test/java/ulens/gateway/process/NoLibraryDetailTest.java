package ulens.gateway.process;

import org.junit.jupiter.api.Test;

import java.net.ServerSocket;
import java.net.SocketException;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Which lines of libraries get into the log. */
class NoLibraryDetailTest {
    private static final String LISTENER = "io.helidon.webserver.ServerListener";

    @Test
    void aListenerThatIsClosedOnPurposeIsNoError() throws Exception {
        ServerSocket closed = new ServerSocket();
        closed.close();
        Throwable failure = catchThrowable(closed::accept);
        assertThat(failure).isInstanceOf(SocketException.class);
        assertThat(isLogged(LISTENER, Level.SEVERE, failure)).isFalse();
    }

    @Test
    void aListenerThatDiesIsAnError() {
        assertThat(isLogged(LISTENER, Level.SEVERE, new SocketException("Too many open files"))).isTrue();
        assertThat(isLogged("io.helidon.webserver.Other", Level.SEVERE, new SocketException("Socket is closed")))
                .isTrue();
    }

    @Test
    void detailsAreLeftOutForEveryLibraryAndNotForUs() {
        assertThat(isLogged(LISTENER, Level.FINE, null)).isFalse();
        assertThat(isLogged(LISTENER, Level.INFO, null)).isTrue();
        Logger ours = Logger.getLogger("ulens.gateway.NoLibraryDetailTest");
        NoLibraryDetail.guard(ours);
        assertThat(ours.getFilter()).isNull();
    }

    private static boolean isLogged(String name, Level level, Throwable thrown) {
        Logger logger = Logger.getLogger(name);
        Filter before = logger.getFilter();
        try {
            NoLibraryDetail.guard(logger);
            LogRecord line = new LogRecord(level, "said");
            line.setLoggerName(name);
            line.setThrown(thrown);
            return logger.getFilter().isLoggable(line);
        } finally {
            logger.setFilter(before);
        }
    }
}
