package ulens.gateway.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the reads that run at one time. First pages go before later ones: when everybody reconnects at once, the many
 * users with little waiting are served before the few with a lot. Of every {@value #TURN} reads one is a later page, if
 * any waits, so that these go on too.
 */
final class ReadGate {
    private static final int TURN = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<CountDownLatch> first = new ArrayDeque<>();
    private final Deque<CountDownLatch> later = new ArrayDeque<>();
    private int free;
    private int turn;

    ReadGate(int reads) {
        this.free = reads;
    }

    void enter(boolean firstPage) throws InterruptedException {
        CountDownLatch turnCome = new CountDownLatch(1);
        Deque<CountDownLatch> queue = firstPage ? first : later;
        lock.lockInterruptibly();
        try {
            if (free > 0) {
                free--;
                return;
            }
            queue.add(turnCome);
        } finally {
            lock.unlock();
        }
        try {
            turnCome.await();
        } catch (InterruptedException interrupted) {
            giveUp(queue, turnCome);
            throw interrupted;
        }
    }

    void leave() {
        lock.lock();
        try {
            turn = (turn + 1) % TURN;
            boolean takeLater = first.isEmpty() || turn == 0 && !later.isEmpty();
            CountDownLatch next = takeLater ? later.poll() : first.poll();
            if (next == null) {
                free++;
            } else {
                next.countDown();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many wait} */
    int waiting() {
        lock.lock();
        try {
            return first.size() + later.size();
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(Deque<CountDownLatch> queue, CountDownLatch own) {
        lock.lock();
        try {
            if (!queue.remove(own)) {
                // it had just been let in
                leave();
            }
        } finally {
            lock.unlock();
        }
    }
}
