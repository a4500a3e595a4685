package ulens.gateway.engineio;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * HTTP long-polling: at most one GET waits for packets and at most one POST brings some. Guarded by the session's lock;
 * the waiting and the reading happen on the requests' own virtual threads.
 */
final class PollingTransport implements Transport {
    /** How long a poll that has come in the middle of an upgrade waits for the end of that. */
    private static final long UPGRADE_PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Session session;
    private final ReentrantLock lock;
    private final Condition changed;
    private boolean waiting;
    private boolean posting;
    private boolean released;
    private Packet farewell;
    private boolean closeSaid;
    private Thread answering;
    private Thread reading;

    PollingTransport(Session session) {
        this.session = session;
        this.lock = session.lock();
        this.changed = lock.newCondition();
    }

    @Override
    public TransportName name() {
        return TransportName.POLLING;
    }

    /** Waits for packets. What it returns has been taken from the session, so a failure to answer must end that. */
    List<Packet> poll(int maxBytes) throws RefusedException, InterruptedException {
        lock.lock();
        try {
            if (session.hasEnded() && farewell != null) {
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

    /** The rules that hold for polls and posts alike. */
    private void enter(boolean occupied) throws RefusedException {
        session.finishIfOverdue();
        if (session.hasEnded()) {
            throw new RefusedException(Refusal.UNKNOWN_SID);
        }
        if (!session.isOn(this)) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        if (occupied) {
            session.finish("transport error", Frame.PROTOCOL_ERROR);
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
    }

    private List<Packet> awaitPackets(int maxBytes) throws RefusedException, InterruptedException {
        boolean late = session.isUpgrading();
        long patience = UPGRADE_PATIENCE;
        try {
            while (true) {
                if (session.hasEnded()) {
                    return List.of(goodbye());
                }
                if (!session.isOn(this)) {
                    return afterUpgrade(late);
                }
                List<Packet> packets = session.take(maxBytes, Payload::size);
                if (!packets.isEmpty()) {
                    // Never in one answer with the close packet: the stock client acts on that before it has handed on
                    // the messages that came with it.
                    farewell = session.isDrained() ? Packet.CLOSE : farewell;
                    return packets;
                }
                if (session.isDrained()) {
                    return List.of(goodbye());
                }
                if (released && !late || patience <= 0) {
                    return List.of(Packet.NOOP);
                }
                if (late && session.isProbed()) {
                    patience = changed.awaitNanos(patience);
                } else {
                    changed.await();
                }
            }
        } finally {
            waiting = false;
        }
    }

    private static List<Packet> afterUpgrade(boolean late) throws RefusedException {
        if (late) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        return List.of(Packet.NOOP);
    }

    private Packet goodbye() {
        Packet last = farewell == null ? Packet.CLOSE : farewell;
        farewell = null;
        closeSaid |= last == Packet.CLOSE;
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
            // An interrupt that came too late must not hit what the thread does next.
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

    /** The client has closed; a poll that is still on its way is to find an end, not an error. */
    void closedByPeer() {
        lock.lock();
        try {
            if (!session.hasEnded()) {
                farewell = Packet.NOOP;
                session.finish("transport close", Frame.NORMAL);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Answers a waiting poll, even if there is nothing to tell, so that the client can stop polling. */
    void release() {
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

    private static void interrupt(Thread thread) {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
