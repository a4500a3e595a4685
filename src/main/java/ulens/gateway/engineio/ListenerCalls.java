package ulens.gateway.engineio;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The calls that one session makes into the application: one at a time, whichever thread or transport they come from,
 * and none after the last. An exception out of the application ends the session.
 */
final class ListenerCalls {
    private static final System.Logger LOGGER = System.getLogger(ListenerCalls.class.getName());

    private final ReentrantLock turn = new ReentrantLock();
    private SessionListener listener;
    private boolean ended;

    /** Makes the application's side. */
    boolean open(SessionAcceptor acceptor, EngineSession session) {
        return inTurn(() -> !ended, () -> listener = acceptor.open(session));
    }

    /**
     * Hands over messages that belong together.
     *
     * @param open
     *            whether the session is still open, asked before each call
     *
     * @return false if the application failed
     */
    boolean message(Received message, BooleanSupplier open) {
        return inTurn(open, () -> {
            if (message.bytes() == null) {
                listener.onText(message.text());
            } else {
                listener.onBinary(message.bytes());
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
        inTurn(() -> listener != null, () -> {
            SessionListener last = listener;
            listener = null;
            last.onClose(reason);
        });
    }

    /** Runs several calls with none of another thread between them. */
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
