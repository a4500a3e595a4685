package ulens.gateway.socketio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the tasks of one connection one after the other, on a virtual thread that exists only while there are any. Holds
 * nothing but itself when idle: there are as many mailboxes as connections.
 */
final class Mailbox {
    private static final Logger LOG = System.getLogger(Mailbox.class.getName());

    private final int maxTasks;
    private final long maxWeight;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private ArrayDeque<Entry> queue;
    private int bounded;
    private long weight;
    private boolean running;

    /**
     * @param maxTasks
     *            how many tasks may wait before {@link #put} does
     * @param maxWeight
     *            how much they may weigh together; one that is heavier on its own has to be alone
     */
    Mailbox(int maxTasks, long maxWeight) {
        this.maxTasks = maxTasks;
        this.maxWeight = maxWeight;
    }

    private record Entry(Runnable task, int weight, boolean counted) {
    }

    /** Adds a task, and waits first while the mailbox is full. */
    void put(int taskWeight, Runnable task) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (bounded >= maxTasks || bounded > 0 && weight + taskWeight > maxWeight) {
                room.await();
            }
            enqueue(new Entry(task, taskWeight, true));
        } finally {
            lock.unlock();
        }
    }

    /** Adds a task in any case. */
    void add(Runnable task) {
        lock.lock();
        try {
            enqueue(new Entry(task, 0, false));
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Entry entry) {
        if (queue == null) {
            queue = new ArrayDeque<>(4);
        }
        queue.add(entry);
        if (entry.counted()) {
            bounded++;
            weight += entry.weight();
        }
        if (!running) {
            running = true;
            Thread.ofVirtual().name("socketio-mailbox").start(this::drain);
        }
    }

    private void drain() {
        for (Entry entry = take(); entry != null; entry = take()) {
            try {
                entry.task().run();
            } catch (Throwable bug) {
                LOG.log(Level.ERROR, "[GATEWAY][WS] task of a connection failed: {0}", LogText.of(bug));
            }
        }
    }

    private Entry take() {
        lock.lock();
        try {
            Entry entry = queue.poll();
            if (entry == null) {
                queue = null;
                running = false;
            } else if (entry.counted()) {
                bounded--;
                weight -= entry.weight();
                room.signal();
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }
}
