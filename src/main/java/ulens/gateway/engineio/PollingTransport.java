package ulens.gateway.engineio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.packet.EnginePacket;
import ulens.gateway.engineio.packet.Payload;
import ulens.gateway.engineio.request.Refusal;
import ulens.gateway.engineio.request.RefusedException;
import ulens.gateway.websocket.CloseCode;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * HTTP long-polling: at most one GET waits for packets and at most one POST brings some. Guarded by the session's lock;
 * the waiting and the reading happen on the requests' own virtual threads.
 */
final class PollingTransport implements Transport {
    /** Nanoseconds that a poll waits for the end of an upgrade that is in progress. */
    private static final long UPGRADE_PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Session session;
    private final ReentrantLock lock;
    private final Condition changed;
    private boolean waiting;
    private boolean posting;
    private boolean released;
    private @Nullable EnginePacket farewell;
    private boolean closeSaid;
    private @Nullable Thread answering;
    private @Nullable Thread reading;

    PollingTransport(Session session) {
        this.session = session;
        this.lock = session.lock();
        this.changed = lock.newCondition();
    }

    /** {@return the polling transport of a session; refused if the session has another transport now} */
    static PollingTransport of(Session session) throws RefusedException {
        if (session.transports().current() instanceof PollingTransport polling) {
            return polling;
        }
        throw new RefusedException(Refusal.BAD_REQUEST);
    }

    @Override
    public TransportName name() {
        return TransportName.POLLING;
    }

    /**
     * Waits for packets. The packets that it returns are taken from the session, so a failure to answer must end the
     * session.
     */
    List<EnginePacket> poll(int maxBytes) throws RefusedException, InterruptedException {
        lock.lock();
        try {
            if (session.life().hasEnded() && farewell != null) {
                session.forget();
                return List.of(goodbye());
            }
            if (closeSaid) {
                throw new RefusedException(Refusal.UNKNOWN_SID);
            }
            enter(waiting);
            waiting = true;
            released = false;
            return awaitPackets(maxBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Checks the rules for both polls and posts. */
    private void enter(boolean occupied) throws RefusedException {
        session.finishIfOverdue();
        if (session.life().hasEnded()) {
            throw new RefusedException(Refusal.UNKNOWN_SID);
        }
        if (!session.transports().isCurrent(this)) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        if (occupied) {
            session.finish("transport error", CloseCode.PROTOCOL_ERROR);
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
    }

    private List<EnginePacket> awaitPackets(int maxBytes) throws RefusedException, InterruptedException {
        boolean late = session.transports().isUpgrading();
        long patience = UPGRADE_PATIENCE;
        try {
            while (true) {
                if (session.life().hasEnded()) {
                    return List.of(goodbye());
                }
                if (!session.transports().isCurrent(this)) {
                    return afterUpgrade(late);
                }
                List<EnginePacket> packets = session.outgoing().take(maxBytes, Payload::size);
                if (!packets.isEmpty()) {
                    // The close packet gets an answer of its own: the stock client acts on it before it hands on
                    // messages of the same answer.
                    farewell = session.outgoing().isDrained() ? EnginePacket.CLOSE : farewell;
                    return packets;
                }
                if (session.outgoing().isDrained()) {
                    return List.of(goodbye());
                }
                if (released && !late || patience <= 0) {
                    return List.of(EnginePacket.NOOP);
                }
                if (late && session.transports().isProbed()) {
                    patience = changed.awaitNanos(patience);
                } else {
                    changed.await();
                }
            }
        } finally {
            waiting = false;
        }
    }

    private static List<EnginePacket> afterUpgrade(boolean late) throws RefusedException {
        if (late) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        return List.of(EnginePacket.NOOP);
    }

    private EnginePacket goodbye() {
        EnginePacket last = farewell == null ? EnginePacket.CLOSE : farewell;
        farewell = null;
        closeSaid |= last.equals(EnginePacket.CLOSE);
        return last;
    }

    /** An answer to a poll is about to be written. */
    void answerBegins() {
        lock.lock();
        try {
            answering = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    void answerEnds() {
        lock.lock();
        try {
            answering = null;
            // A late interrupt must not affect the next work of this thread.
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
        session.finishIfDrained();
    }

    /** A POST has come; its body is about to be read. */
    void postBegins() throws RefusedException {
        lock.lock();
        try {
            enter(posting);
            posting = true;
            reading = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    void bodyRead() {
        lock.lock();
        try {
            reading = null;
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    void postEnds() {
        lock.lock();
        try {
            reading = null;
            posting = false;
        } finally {
            lock.unlock();
        }
    }

    /** The client has closed. A poll that is still on its way gets a noop instead of an error. */
    void closedByPeer() {
        lock.lock();
        try {
            if (!session.life().hasEnded()) {
                farewell = EnginePacket.NOOP;
                session.finish("transport close", CloseCode.NORMAL);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Answers a waiting poll, even if there is nothing to send, so that the client can stop polling. */
    @Override
    public void makeWay() {
        released = true;
        changed.signalAll();
    }

    boolean isWaiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    boolean isPosting() {
        lock.lock();
        try {
            return posting;
        } finally {
            lock.unlock();
        }
    }

    // each poll may use another connection; PollingHandler keeps it
    @Override
    public void admitted(boolean in) {
        // nothing to keep between two polls
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean end(int closeCode) {
        changed.signalAll();
        return farewell != null && !waiting || answering != null || reading != null;
    }

    @Override
    public void cut() {
        interrupt(answering);
        interrupt(reading);
    }

    private static void interrupt(@Nullable Thread thread) {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
