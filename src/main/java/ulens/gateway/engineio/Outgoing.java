package ulens.gateway.engineio;

import ulens.gateway.engineio.packet.EnginePacket;
import ulens.gateway.engineio.packet.SendQueue;
import ulens.gateway.work.Timed;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * The outgoing side of one session: the packets that no transport has taken yet, and the pings among them. Decides when
 * too much is queued, when the queue stands still, and when the next ping is due. Guarded by the session's lock: the
 * methods for the application and for transports take it, the others are called under it.
 */
final class Outgoing {
    private final ReentrantLock lock;
    private final SessionContext context;
    private final Lifecycle life;
    private final Transports transports;
    private final SendQueue queue;
    private final Pings pings;
    /** Set by {@link #begin}, before any other call. */
    @SuppressWarnings("NullAway.Init")
    private Timed deadline;

    Outgoing(ReentrantLock lock, SessionContext context, Lifecycle life, Transports transports) {
        this.lock = lock;
        this.context = context;
        this.life = life;
        this.transports = transports;
        this.queue = new SendQueue(lock, context.overflow());
        this.pings = new Pings(context.config(), context.proofPace(), System.nanoTime());
    }

    /** Sets the session, whose timer is set to the next deadline here. */
    void begin(Timed session) {
        deadline = session;
    }

    void add(EnginePacket packet) {
        queue.add(packet);
    }

    void add(EngineMessage... messages) {
        for (EngineMessage message : messages) {
            queue.add(message.packet());
        }
    }

    /** {@return whether the session is closing and nothing is left to write} */
    boolean isDrained() {
        return life.isClosing() && queue.isEmpty();
    }

    /** {@return whether more is queued than the peer may leave unread} */
    boolean isTooMuch(boolean trusted) {
        EngineConfig config = context.config();
        int limit = trusted ? config.queue().hardLimit()
                : Math.min(config.queue().softLimit(), config.queue().hardLimit());
        return queue.cost() > limit || context.overflow().isTooMuch(queue.cost());
    }

    boolean hasRoom() {
        return queue.cost() < context.config().queue().softLimit();
    }

    /** Waits until there is room; returns false if the session is not open any more. */
    boolean awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            queue.await(() -> !life.isOpen() || hasRoom());
            return life.isOpen();
        } finally {
            lock.unlock();
        }
    }

    /** No more is queued, and no proof is asked for any more. */
    void close() {
        pings.forget();
        queue.signal();
    }

    /** Drops the queue; nothing is sent any more. */
    void drop() {
        queue.clear();
        pings.forget();
    }

    /** Takes the oldest packets for writing; a proof that is due comes with them. */
    List<EnginePacket> take(int limit, ToIntFunction<EnginePacket> size) {
        lock.lock();
        try {
            if (life.isOpen()) {
                queuePingIfDue(!queue.isEmpty());
            }
            List<EnginePacket> taken = queue.take(limit, size);
            if (!taken.isEmpty()) {
                moved(taken.contains(EnginePacket.PING));
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void moved(boolean withPing) {
        pings.moved(System.nanoTime(), withPing);
        if (withPing) {
            // its pong is due earlier than the ping would have been overdue in the queue
            reschedule();
        }
    }

    /** Runs an action once the peer has proved that it received all that has been queued so far. */
    void whenReceived(Runnable action) {
        lock.lock();
        try {
            if (life.isOpen()) {
                pings.whenReceived(action, System.nanoTime());
                pingIfDue();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes a proof due now that waits for more messages. */
    void hurryProof() {
        lock.lock();
        try {
            if (life.isOpen()) {
                pings.hurry(System.nanoTime());
                pingIfDue();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return the actions that waited for the pong that has just come} */
    List<Runnable> pong() {
        lock.lock();
        try {
            if (!life.isOpen()) {
                return List.of();
            }
            List<Runnable> received = pings.pong(System.nanoTime());
            pingIfDue();
            return received;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a ping if one is due, and sets the time of what is due next. */
    void pingIfDue() {
        if (life.isOpen() && queuePingIfDue(false)) {
            transports.current().wake();
        }
        reschedule();
    }

    /** Queues a ping if one is due, or if a proof had better go with messages that are about to be written. */
    private boolean queuePingIfDue(boolean withMessages) {
        long now = System.nanoTime();
        boolean held = transports.isUpgrading();
        if (!pings.isPingDue(now, held) && !(withMessages && pings.ridesAlong(now, held))) {
            return false;
        }
        // a WebSocket that makes no progress is ended as a slow client; for polls that do not come, this is the only
        // limit
        pings.queued(now, transports.isPolling() ? 0 : context.config().queue().stallTimeout().toNanos());
        queue.add(EnginePacket.PING);
        return true;
    }

    /** {@return whether the peer is late with a pong} */
    boolean isOverdue() {
        return pings.isOverdue(System.nanoTime());
    }

    /** {@return whether the queue has stood still for too long} */
    boolean isStalled(long now) {
        return !queue.isEmpty() && stalledAt() - now <= 0;
    }

    private long stalledAt() {
        return queue.movedAt() + context.config().queue().stallTimeout().toNanos();
    }

    /** Sets the time of what is due next: of a closing session its end, of an open one the first of its deadlines. */
    void reschedule() {
        if (life.isClosing()) {
            context.wheel().scheduleAtLatest(deadline, life.closing().due());
        } else if (life.isOpen()) {
            context.wheel().scheduleAtLatest(deadline, transports.dueBefore(due()));
        }
    }

    private long due() {
        long next = pings.due(transports.isUpgrading());
        return !queue.isEmpty() && stalledAt() - next < 0 ? stalledAt() : next;
    }
}
