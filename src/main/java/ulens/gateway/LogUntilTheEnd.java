package ulens.gateway;

import java.util.logging.LogManager;

/**
 * Keeps the log open while the process stops. The JDK's own log manager closes it in a shutdown hook, at the same time
 * as ours runs, and what a stop has to say would be lost.
 */
public final class LogUntilTheEnd extends LogManager {
    /** Made by the JDK. */
    public LogUntilTheEnd() {
        // nothing to set up
    }

    /** To be called before anything logs. */
    static void install() {
        if (System.getProperty("java.util.logging.manager") == null) {
            System.setProperty("java.util.logging.manager", LogUntilTheEnd.class.getName());
        }
    }

    @Override
    public void reset() {
        if (!Thread.currentThread().getClass().getName().endsWith("LogManager$Cleaner")) {
            super.reset();
        }
    }
}
