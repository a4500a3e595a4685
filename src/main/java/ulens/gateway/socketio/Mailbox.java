package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the tasks of one connection one after the other, on a virtual thread that exists only while there are any. Holds
 * no other object while idle, since there are as many mailboxes as connections.
 */
final class Mailbox {
    private static final Logger LOG = System.getLogger(Mailbox.class.getName());

    private static final Task TASK = Task.of(LOG, "[GATEWAY][WS]", "serve-clients");

    private final int maxTasks;
    private final long maxWeight;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private @Nullable ArrayDeque<Entry> queue;
    private int bounded;
    private long weight;
    private boolean running;

    /**
     * @param maxTasks
     *            most tasks that may wait; beyond it {@link #put} waits
     * @param maxWeight
     *            most weight of all waiting tasks, in bytes; a task that is heavier waits until no other task is there
     */
    Mailbox(int maxTasks, long maxWeight) {
        this.maxTasks = maxTasks;
        this.maxWeight = maxWeight;
    }

    private record Entry(Runnable task, long weight, boolean counted) {
    }

    /** Adds a task, and waits first while the mailbox is full. */
    void put(long taskWeight, Runnable task) throws InterruptedException {
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

    /** Adds a task even if the mailbox is full. */
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
            Errand.run("socketio-mailbox", this::drain, this::stopped);
        }
    }

    private void drain() {
        for (Entry entry = take(); entry != null; entry = take()) {
            try {
                entry.task().run();
            } catch (Throwable bug) {
                LOG.log(Level.ERROR, "[GATEWAY][WS] task of a connection failed: {0}", FailureText.of(bug));
            }
        }
    }

    /** The thread could not be started, or has failed, for want of memory: the next task starts another one. */
    private void stopped(Throwable failure) {
        lock.lock();
        try {
            running = false;
        } finally {
            lock.unlock();
        }
        TASK.failed(failure);
    }

    private @Nullable Entry take() {
        lock.lock();
        try {
            Entry entry = queue == null ? null : queue.poll();
            if (entry == null) {
                queue = null;
                running = false;
                TASK.succeeded();
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
