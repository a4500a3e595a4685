package ulens.gateway.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * The only writer of a WebSocket. It has a virtual thread only while there is something to write, gathers all queued
 * messages into one buffer and writes them with one system call. A peer that does not read blocks only this thread,
 * until {@link #interrupt()}. Any exception here ends the connection: the client reconnects, and nothing is left
 * waiting for a writer that is gone. All methods may be called from any thread.
 * <p>
 * One lock guards its state. It is never held while the queue is read, a frame is written or a thread is started: the
 * code that fills the queue calls {@link #wake()} under a lock of its own, which reading the queue takes as well, so
 * holding both would be a deadlock. The queue may be filled right after the writer has found it empty; therefore the
 * writer rests, and writes the close frame, only if no method was called since it began to look.
 *
 * @param <T>
 *            type of the messages in the queue
 */
public final class FrameWriter<T> {
    private static final Task TASK = Task.of(System.getLogger(FrameWriter.class.getName()), "[GATEWAY][WS]",
            "write-websockets");
    private static final int BATCH = 64 * 1024;
    private static final byte[] NOTHING = new byte[0];

    private enum Stage {
        OPEN,
        /** The close frame is being written. */
        CLOSING,
        /** The close frame is written, or the connection is broken. */
        ENDED
    }

    private final DataWriter out;
    private final FrameEncoder<T> encoder;
    private final IntFunction<List<T>> queue;
    private final Runnable failed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // the fields below are guarded by the lock
    private Stage stage = Stage.OPEN;
    private boolean running;
    private boolean called;
    private @Nullable Thread thread;
    private byte[] pong = NOTHING;
    private byte[] answer = NOTHING;
    private boolean answering;
    private int closeCode;

    /**
     * Creates a writer without a thread.
     *
     * @param out
     *            the connection
     * @param encoder
     *            encodes queued messages into frames
     * @param queue
     *            removes the next messages from the queue, up to a number of bytes; gives an empty list if there are
     *            none
     * @param failed
     *            called when a write has failed, or its thread could not be started; nothing more is written then
     */
    public FrameWriter(DataWriter out, FrameEncoder<T> encoder, IntFunction<List<T>> queue, Runnable failed) {
        this.out = out;
        this.encoder = encoder;
        this.queue = queue;
        this.failed = failed;
    }

    /**
     * Answers a ping. Of several unanswered pings only the last one is answered, as RFC 6455, 5.5.3 allows.
     *
     * @param body
     *            the body of the ping
     */
    public void pong(byte[] body) {
        byte[] frame = FrameFormat.frame(FrameFormat.PONG, body);
        call(() -> pong = frame);
    }

    /**
     * Writes a frame before the queued messages. It replaces an earlier one that has not been written yet.
     *
     * @param frame
     *            the bytes of the frame
     */
    public void answer(byte[] frame) {
        call(() -> {
            answer = frame;
            answering = true;
        });
    }

    /**
     * Writes a close frame behind the queued messages. Nothing is written after it.
     *
     * @param code
     *            the close code; only the first call counts
     */
    public void close(int code) {
        call(() -> closeCode = closeCode == 0 ? code : closeCode);
    }

    /** Tells the writer that there is something in the queue. */
    public void wake() {
        call(null);
    }

    private void call(@Nullable Runnable change) {
        lock.lock();
        try {
            if (change != null) {
                change.run();
            }
            called = true;
            if (running || stage == Stage.ENDED) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        Errand.run("websocket-writer", this::drain, this::broken);
    }

    /**
     * Waits until the close frame is written, or the connection is broken.
     *
     * @param limit
     *            the longest wait
     *
     * @throws InterruptedException
     *             if the calling thread is interrupted
     */
    public void awaitEnd(Duration limit) throws InterruptedException {
        await(() -> stage == Stage.ENDED, limit);
    }

    /**
     * Waits until the last {@link #answer} is written, or never will be.
     *
     * @param limit
     *            the longest wait
     *
     * @throws InterruptedException
     *             if the calling thread is interrupted
     */
    public void awaitAnswer(Duration limit) throws InterruptedException {
        await(() -> !answering || stage != Stage.OPEN, limit);
    }

    private void await(BooleanSupplier reached, Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (!reached.getAsBoolean() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts a write that does not end. The connection is broken then, and nothing more is written. */
    public void interrupt() {
        lock.lock();
        try {
            end();
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        stage = Stage.ENDED;
        changed.signalAll();
    }

    private void drain() {
        setThread(Thread.currentThread());
        boolean more = true;
        while (more) {
            more = look();
        }
        TASK.succeeded();
    }

    private void setThread(@Nullable Thread current) {
        lock.lock();
        try {
            thread = current;
        } finally {
            lock.unlock();
        }
    }

    private void broken(Throwable failure) {
        // it stays "running", so that nothing is written behind a frame that was cut short
        setThread(null);
        if (failure instanceof Error) {
            // a RuntimeException comes from the network: the peer is gone
            TASK.failed(failure);
        }
        failed.run();
    }

    /** {@return whether there was something to write; if not, the writer rests} */
    private boolean look() {
        byte[] first;
        byte[] second;
        lock.lock();
        try {
            if (stage != Stage.OPEN) {
                return rest();
            }
            called = false;
            first = pong;
            second = answer;
            pong = NOTHING;
            answer = NOTHING;
        } finally {
            lock.unlock();
        }
        List<T> messages = queue.apply(BATCH);
        if (first.length + second.length > 0 || !messages.isEmpty()) {
            write(encoder.batch(first, second, messages));
            if (second.length > 0) {
                answered();
            }
            return true;
        }
        return restOrClose();
    }

    private void answered() {
        lock.lock();
        try {
            answering = answer.length > 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean rest() {
        running = false;
        thread = null;
        return false;
    }

    private boolean restOrClose() {
        byte[] last;
        lock.lock();
        try {
            if (called || stage != Stage.OPEN) {
                return true;
            }
            if (closeCode == 0) {
                return rest();
            }
            stage = Stage.CLOSING;
            last = FrameFormat.close(closeCode);
        } finally {
            lock.unlock();
        }
        write(last);
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void write(byte[] frames) {
        out.writeNow(BufferData.create(frames));
    }
}
