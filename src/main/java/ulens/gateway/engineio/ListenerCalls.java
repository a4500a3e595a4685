package ulens.gateway.engineio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.packet.Received;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The calls that one session makes into the application: one at a time, whichever thread or transport they come from,
 * and none after the close. An exception out of the application ends the session.
 */
final class ListenerCalls {
    private static final System.Logger LOGGER = System.getLogger(ListenerCalls.class.getName());

    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable SessionListener listener;
    private boolean ended;

    /** Makes the application's side. */
    boolean open(SessionAcceptor acceptor, EngineSession session) {
        return inTurn(() -> !ended, () -> listener = acceptor.open(session));
    }

    /**
     * Hands over a message.
     *
     * @param open
     *            whether the session is still open, asked before each call
     *
     * @return false if the application failed
     */
    boolean message(Received message, BooleanSupplier open) {
        return inTurn(open, () -> {
            SessionListener receiver = listener;
            byte[] bytes = message.bytes();
            if (receiver == null) {
                return;
            }
            if (bytes == null) {
                receiver.onText(message.text());
            } else {
                receiver.onBinary(bytes);
            }
        });
    }

    boolean received(List<Runnable> actions, BooleanSupplier open) {
        boolean right = true;
        for (Runnable action : actions) {
            right &= inTurn(open, action);
        }
        return right;
    }

    void closed(String reason) {
        inTurn(() -> true, () -> ended = true);
        inTurn(() -> true, () -> {
            SessionListener last = listener;
            listener = null;
            if (last != null) {
                last.onClose(reason);
            }
        });
    }

    /** Runs several calls; calls of other threads wait until all of them are done. */
    void together(Runnable calls) {
        turn.lock();
        try {
            calls.run();
        } finally {
            turn.unlock();
        }
    }

    private boolean inTurn(BooleanSupplier condition, Runnable call) {
        turn.lock();
        try {
            if (condition.getAsBoolean()) {
                call.run();
            }
            return true;
        } catch (Throwable e) {
            // The text of an exception may quote the message, so it is for debugging only.
            LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][WS] session closed, its listener failed: {0}",
                    e.getClass().getName());
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] listener failed", e);
            return false;
        } finally {
            turn.unlock();
        }
    }
}
