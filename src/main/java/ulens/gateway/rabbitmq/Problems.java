package ulens.gateway.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** What went wrong with the broker, in words for a log line, and how to leave what is broken. */
final class Problems {

    private static final int CLOSE_TIMEOUT_MILLIS = 5_000;

    private Problems() {
    }

    static String inWords(Throwable problem) {
        ShutdownSignalException signal = signal(problem);
        if (signal != null && !(problem instanceof TopologyRefusedException)) {
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

    /** The AMQP reply code with which the broker closed a channel or connection, 0 if it was something else. */
    static int replyCode(Throwable problem) {
        ShutdownSignalException signal = signal(problem);
        Method reason = signal == null ? null : signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyCode();
        }
        return reason instanceof AMQP.Connection.Close close ? close.getReplyCode() : 0;
    }

    private static ShutdownSignalException signal(Throwable problem) {
        for (Throwable at = problem; at != null; at = at.getCause()) {
            if (at instanceof ShutdownSignalException signal) {
                return signal;
            }
        }
        return null;
    }

    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.abort();
        } catch (IOException | RuntimeException _) {
            // it is gone, which is what was wanted
        }
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.abort(CLOSE_TIMEOUT_MILLIS);
        } catch (RuntimeException _) {
            // it is gone, which is what was wanted
        }
    }
}
