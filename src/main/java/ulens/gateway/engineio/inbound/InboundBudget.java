package ulens.gateway.engineio.inbound;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Limits the memory that all connections of a server together use for input that is not handled yet: half-read heads,
 * bodies and messages, fragments, attachments, decoded trees, and the packets that wait for their handlers. It is
 * counted in bytes of heap, through an {@link InboundShare} for each connection.
 * <p>
 * Strangers (connections that the application does not trust yet) may use a quarter of it, and are refused at once when
 * that is used up. The others wait until there is room: their connection is not read meanwhile. While one waits,
 * strangers that hold anything are ended, and so is each connection that has held memory for 15 seconds without
 * finishing any message; so the waiting ones get room in the end. A connection that waits answers no pings, so it can
 * wait no longer than its ping timeout.
 */
public final class InboundBudget {
    private static final Duration STALLED = Duration.ofSeconds(15);
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int STRANGERS_PART = 4;
    private static final int MESSAGES_PART = 2;
    private static final int HEAP_PART = 8;
    private static final long LEAST = 8L * 1024 * 1024;

    private final long total;
    private final long stalled;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private long held;
    private long heldByStrangers;
    private int waiting;
    private final LongAdder refusals = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private volatile Runnable relief = () -> {
    };

    /**
     * Creates a budget.
     *
     * @param total
     *            bytes of heap
     */
    public InboundBudget(long total) {
        this(total, STALLED);
    }

    /**
     * Creates a budget with another time limit for stalled holders.
     *
     * @param total
     *            bytes of heap
     * @param stalled
     *            how long a connection may hold memory without finishing a message while others wait
     */
    public InboundBudget(long total, Duration stalled) {
        this.total = total;
        this.stalled = stalled.toNanos();
    }

    /** {@return whether a connection should go because others wait} */
    boolean shouldGo(Holding holding) {
        return holding.held() > 0 && (!holding.trusted() || System.nanoTime() - holding.movedAt() > stalled);
    }

    /** {@return the default size in bytes: an eighth of the heap, at least 8 MiB} */
    public static long defaultSize() {
        return Math.max(LEAST, Runtime.getRuntime().maxMemory() / HEAP_PART);
    }

    /** {@return bytes that are held now} */
    public long held() {
        return inLock(() -> held);
    }

    /** {@return bytes that may be held} */
    public long total() {
        return total;
    }

    /** {@return how often a message, a body or a packet was refused because there was no memory for it} */
    public long refusals() {
        return refusals.sum();
    }

    /** {@return how often a connection had to wait for memory} */
    public long waits() {
        return waits.sum();
    }

    /** {@return how many connections were ended because others had to wait} */
    public long evictions() {
        return evictions.sum();
    }

    /** {@return the most that one decoded message may hold, in bytes} */
    public long mostForOneMessage() {
        return total / MESSAGES_PART;
    }

    /**
     * Sets what to do while a connection waits: to end the sessions that should go first.
     *
     * @param relief
     *            what to do; called often, so it must be quick
     */
    public void relief(Runnable relief) {
        this.relief = relief;
    }

    /** A session was ended because others had to wait. */
    public void evicted() {
        evictions.increment();
    }

    /**
     * Takes memory, and waits for it unless the holder is a stranger.
     *
     * @return false if there is not enough memory
     */
    boolean take(Holding holding, long bytes, BooleanSupplier open) {
        if (tryTake(holding, bytes)) {
            return true;
        }
        if (bytes <= total && holding.trusted() && await(holding, bytes, open)) {
            return true;
        }
        refusals.increment();
        return false;
    }

    private boolean await(Holding holding, long bytes, BooleanSupplier open) {
        waits.increment();
        try {
            while (open.getAsBoolean()) {
                // without the lock, since it ends sessions
                relief.run();
                awaitRoom();
                if (tryTake(holding, bytes)) {
                    return true;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            waiting++;
            room.awaitNanos(LOOK_AGAIN);
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    private boolean tryTake(Holding holding, long bytes) {
        lock.lock();
        try {
            boolean fits = held + bytes <= total
                    && (holding.trusted() || heldByStrangers + bytes <= total / STRANGERS_PART);
            if (fits) {
                add(holding, bytes);
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    void give(Holding holding, long bytes) {
        lock.lock();
        try {
            add(holding, -bytes);
            if (waiting > 0) {
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sets whose part it is that a share holds. */
    void trust(Holding holding, boolean trusted) {
        lock.lock();
        try {
            if (holding.trusted() != trusted) {
                heldByStrangers += trusted ? -holding.held() : holding.held();
                holding.trust(trusted);
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(Holding holding, long bytes) {
        holding.add(bytes);
        held += bytes;
        if (!holding.trusted()) {
            heldByStrangers += bytes;
        }
    }

    /** {@return bytes that strangers hold} */
    long heldByStrangers() {
        return inLock(() -> heldByStrangers);
    }

    private long inLock(java.util.function.LongSupplier value) {
        lock.lock();
        try {
            return value.getAsLong();
        } finally {
            lock.unlock();
        }
    }
}
