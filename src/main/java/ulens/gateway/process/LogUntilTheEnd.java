package ulens.gateway.process;

import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Keeps the log open while the process stops. The JDK's own log manager closes it in a shutdown hook, which runs at the
 * same time as ours, so that the log lines of a stop would be lost. {@link ulens.gateway.Main} chooses this class. It
 * also gives every logger its {@link NoLibraryDetail} when the logger is made.
 */
public final class LogUntilTheEnd extends LogManager {
    /** Called by the JDK. */
    public LogUntilTheEnd() {
        // nothing to set up
    }

    @Override
    public boolean addLogger(Logger logger) {
        NoLibraryDetail.guard(logger);
        return super.addLogger(logger);
    }

    @Override
    public void reset() {
        if (!Thread.currentThread().getClass().getName().endsWith("LogManager$Cleaner")) {
            super.reset();
        }
    }
}
