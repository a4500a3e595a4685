package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** Describes failures of the broker for the log, and closes broken channels and connections. */
public final class Failures {

    private static final int CLOSE_TIMEOUT_MILLIS = 5_000;

    private Failures() {
    }

    /**
     * Describes a failure.
     *
     * @param problem
     *            the exception
     *
     * @return one line without control characters or credentials
     */
    public static String inWords(Throwable problem) {
        ShutdownSignalException signal = signal(problem);
        // The client wraps a signal without a message of its own; a wrapper with a message is more specific than the
        // signal.
        if (signal != null && (problem == signal || problem.getMessage() == null)) {
            return inWords(signal);
        }
        return plain(switch (problem) {
            case UnknownHostException unknown -> "unknown host " + unknown.getMessage();
            case ConnectException refused -> "nobody answers: " + refused.getMessage();
            case TimeoutException _ -> "no answer in time";
            default -> problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
        });
    }

    private static String inWords(ShutdownSignalException signal) {
        if (signal.isInitiatedByApplication()) {
            return "closed by this side";
        }
        Method reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return plain(close.getReplyCode() + " " + close.getReplyText());
        }
        if (reason instanceof AMQP.Connection.Close close) {
            return plain(close.getReplyCode() + " " + close.getReplyText());
        }
        Throwable cause = signal.getCause();
        return cause == null || cause.getMessage() == null ? "connection lost"
                : plain("connection lost: " + cause.getMessage());
    }

    /**
     * Finds the AMQP reply code with which the broker closed a channel or connection.
     *
     * @param problem
     *            the exception
     *
     * @return the code, 0 for other failures
     */
    public static int replyCode(Throwable problem) {
        ShutdownSignalException signal = signal(problem);
        Method reason = signal == null ? null : signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyCode();
        }
        return reason instanceof AMQP.Connection.Close close ? close.getReplyCode() : 0;
    }

    private static @Nullable ShutdownSignalException signal(Throwable problem) {
        for (Throwable at = problem; at != null; at = at.getCause()) {
            if (at instanceof ShutdownSignalException signal) {
                return signal;
            }
        }
        return null;
    }

    /**
     * Takes control characters out of a text for a log.
     *
     * @param text
     *            text of a peer
     *
     * @return the text with blanks in their places
     */
    public static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /**
     * Closes a channel, whatever state it is in.
     *
     * @param channel
     *            the channel
     */
    public static void closeQuietly(Channel channel) {
        try {
            channel.abort();
        } catch (IOException | RuntimeException _) {
            // it is closed already
        }
    }

    /** Closes a connection, whatever state it is in; waits for the broker for 5 s at most. */
    static void closeQuietly(Connection connection) {
        try {
            connection.abort(CLOSE_TIMEOUT_MILLIS);
        } catch (RuntimeException _) {
            // it is closed already
        }
    }
}
