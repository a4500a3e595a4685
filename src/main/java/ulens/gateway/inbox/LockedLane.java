package ulens.gateway.inbox;

import ulens.gateway.inbox.ReceiptStore.Request;
import ulens.gateway.work.Errand;
import ulens.gateway.work.SqlState;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Read receipts of users whose rows another transaction has locked. They are tried again in turn, one connection for
 * all of them, until the lock is gone or their time is over; nobody else waits for them. While a user has a request
 * here, the next ones of that user come here at once.
 */
final class LockedLane implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 50;

    private final ReceiptStore table;
    private final long patience;
    private final Task task = Task.of(System.getLogger(LockedLane.class.getName()), "[GATEWAY][DB]",
            "read-receipts-of-locked-users");
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Map<String, Integer> users = new HashMap<>();
    private boolean running;

    private record Waiting(Request request, long end) {
    }

    LockedLane(ReceiptStore table, Duration patience) {
        this.table = table;
        this.patience = patience.toNanos();
    }

    /** Takes a request if its user has one here. */
    boolean takes(Request request) {
        lock.lock();
        try {
            if (!users.containsKey(request.userId())) {
                return false;
            }
            put(request);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void put(Request request) {
        task.failed("rows are locked by somebody else");
        lock.lock();
        try {
            users.merge(request.userId(), 1, Integer::sum);
            waiting.add(new Waiting(request, System.nanoTime() + patience));
            if (!running) {
                running = true;
                Errand.run("receipts-of-locked-users", this::drain, this::stopped);
            }
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        for (Waiting next = next(); next != null; next = next()) {
            if (!done(next)) {
                again(next);
            }
        }
        task.succeeded();
    }

    private Waiting next() {
        lock.lock();
        try {
            Waiting next = waiting.poll();
            running = next != null;
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Whatever is thrown is an answer, but for a lock that may be gone soon. */
    private boolean done(Waiting one) {
        Request request = one.request();
        try {
            request.answer().complete(table.read(List.of(request)).get(request.userId()));
        } catch (Throwable failure) {
            if (SqlState.isLock(failure) && one.end() - System.nanoTime() > 0) {
                return false;
            }
            request.answer().completeExceptionally(failure);
        }
        left(request);
        return true;
    }

    private void left(Request request) {
        lock.lock();
        try {
            users.computeIfPresent(request.userId(), (_, count) -> count == 1 ? null : count - 1);
        } finally {
            lock.unlock();
        }
    }

    /** To the end: the others' locks may be gone. */
    private void again(Waiting one) {
        lock.lock();
        try {
            waiting.add(one);
        } finally {
            lock.unlock();
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopped(Throwable failure) {
        task.failed(failure);
        lock.lock();
        try {
            running = false;
            users.clear();
            waiting.forEach(one -> one.request().answer().completeExceptionally(failure));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Waiting requests still get their outcome, at the latest when their time is over. */
    @Override
    public void close() {
        task.close();
    }
}
