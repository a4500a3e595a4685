package ulens.gateway.delivery;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gathers proofs of receipt and marks their rows delivered, many users in one statement; notes in passing where users'
 * open rows begin. Bounded by the number of users on line: one range per user. While the database is away the proofs
 * wait.
 */
final class Confirmations implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Confirmations.class.getName());
    private static final long GATHER_MILLIS = 20;
    private static final long RETRY_MILLIS = 500;
    private static final long CLOSE_MILLIS = 5_000;

    private final DeliveryTable table;
    private final DeliveryCounts counts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Thread thread;
    private Map<String, Proof> waiting = new HashMap<>();
    private Map<String, Long> settled = new HashMap<>();
    private boolean closed;

    Confirmations(DeliveryTable table, DeliveryCounts counts) {
        this.table = table;
        this.counts = counts;
        this.thread = Thread.ofVirtual().name("confirmations").start(this::run);
    }

    void add(Proof proof) {
        lock.lock();
        try {
            waiting.merge(proof.userId(), proof, Proof::joined);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Up to here the rows of a user are delivered and read. */
    void settled(String userId, long upTo) {
        lock.lock();
        try {
            settled.merge(userId, upTo, Math::max);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            Map<String, Proof> batch;
            while ((batch = take()) != null) {
                if (!batch.isEmpty()) {
                    mark(batch);
                }
                settle();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Proof> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && settled.isEmpty() && !closed) {
                arrived.await();
            }
            if (waiting.isEmpty() && settled.isEmpty()) {
                return null;
            }
        } finally {
            lock.unlock();
        }
        Thread.sleep(GATHER_MILLIS);
        lock.lock();
        try {
            Map<String, Proof> batch = waiting;
            waiting = new HashMap<>();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void settle() {
        Map<String, Long> noted;
        lock.lock();
        try {
            if (settled.isEmpty()) {
                return;
            }
            noted = settled;
            settled = new HashMap<>();
        } finally {
            lock.unlock();
        }
        try {
            table.settle(noted);
        } catch (RuntimeException failure) {
            // it only saves time: the next subscription notes it again
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] settled rows were not noted", failure);
        }
    }

    private void mark(Map<String, Proof> batch) throws InterruptedException {
        try {
            long rows = table.markDelivered(batch.values());
            counts.delivered(rows);
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] {0} rows of {1} users delivered", rows, batch.size());
        } catch (RuntimeException failure) {
            counts.readFailed();
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] proofs are waiting for the database", failure);
            lock.lock();
            try {
                batch.forEach((_, proof) -> waiting.merge(proof.userId(), proof, Proof::joined));
                if (closed) {
                    // the rows stay undelivered and come again: that is safe, waiting longer is not
                    waiting.clear();
                    return;
                }
            } finally {
                lock.unlock();
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    /** Marks what is proved already, then ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(java.time.Duration.ofMillis(CLOSE_MILLIS))) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
