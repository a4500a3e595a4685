package ulens.gateway.rabbitmq;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log lines of a class, while open. */
public final class CapturedLog extends Handler implements AutoCloseable {

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /** Begins to listen. */
    public CapturedLog(Class<?> of) {
        this.logger = Logger.getLogger(of.getName());
        setLevel(Level.ALL);
        logger.addHandler(this);
    }

    /** {@return the lines so far} */
    public List<String> messages() {
        return messages;
    }

    /** {@return whether a line has this text} */
    public boolean anyContains(String text) {
        return messages.stream().anyMatch(message -> message.contains(text));
    }

    @Override
    public void publish(LogRecord line) {
        messages.add(line.getMessage());
    }

    @Override
    public void flush() {
        // nothing is buffered
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
