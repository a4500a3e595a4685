package ulens.gateway.engineio;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.IntFunction;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

/**
 * The only one that writes to a WebSocket. It has a virtual thread only while there is something to write, gathers all
 * there is into one buffer and makes one system call of it. A peer that does not read holds up this thread and nobody
 * else, until {@link #interrupt()}.
 */
final class WebSocketWriter {
    private static final int BATCH = 64 * 1024;
    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int RUNNING_AND_CALLED = 2;
    private static final AtomicIntegerFieldUpdater<WebSocketWriter> STATE = AtomicIntegerFieldUpdater
            .newUpdater(WebSocketWriter.class, "state");
    private static final AtomicReferenceFieldUpdater<WebSocketWriter, byte[]> PONG = AtomicReferenceFieldUpdater
            .newUpdater(WebSocketWriter.class, byte[].class, "pong");
    private static final AtomicReferenceFieldUpdater<WebSocketWriter, byte[]> ANSWER = AtomicReferenceFieldUpdater
            .newUpdater(WebSocketWriter.class, byte[].class, "answer");
    private static final byte[] NOTHING = new byte[0];

    private final DataWriter out;
    private final IntFunction<List<Packet>> queue;
    private final Runnable failed;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int state;
    private volatile byte[] pong;
    private volatile byte[] answer;
    private volatile int closeCode;
    private volatile boolean broken;
    private volatile Thread thread;
    private boolean closeTaken;

    /**
     * @param queue
     *            takes the packets to be written next, of a number of bytes at most
     * @param failed
     *            called when a write has failed
     */
    WebSocketWriter(DataWriter out, IntFunction<List<Packet>> queue, Runnable failed) {
        this.out = out;
        this.queue = queue;
        this.failed = failed;
    }

    /** Answers a ping; of several unanswered ones only the last, as RFC 6455, 5.5.3 allows. */
    void pong(byte[] body) {
        pong = Frame.of(Frame.PONG, body);
        wake();
    }

    /** Answers a probe. */
    void answer(byte[] frame) {
        answer = frame;
        wake();
    }

    /** Writes a close frame, once, behind what is queued. Nothing is written after it. */
    void close(int code) {
        if (closeCode == 0) {
            closeCode = code;
        }
        wake();
    }

    void wake() {
        while (true) {
            int now = state;
            if (now == IDLE) {
                if (STATE.compareAndSet(this, IDLE, RUNNING)) {
                    Thread.startVirtualThread(this::drain);
                    return;
                }
            } else if (now == RUNNING_AND_CALLED || STATE.compareAndSet(this, RUNNING, RUNNING_AND_CALLED)) {
                return;
            }
        }
    }

    /** Waits until the close frame is written, or the connection broken, for a limited time. */
    void awaitEnd(Duration limit) throws InterruptedException {
        ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Frees the thread from a write that does not end. The connection is broken then, and nothing more is written. */
    void interrupt() {
        broken = true;
        ended.countDown();
        Thread drain = thread;
        if (drain != null) {
            drain.interrupt();
        }
    }

    private void drain() {
        try {
            do {
                state = RUNNING;
                thread = Thread.currentThread();
                for (byte[] batch = nextBatch(); batch != null; batch = nextBatch()) {
                    out.writeNow(BufferData.create(batch));
                }
                if (closeTaken) {
                    ended.countDown();
                }
                thread = null;
            } while (!STATE.compareAndSet(this, RUNNING, IDLE));
        } catch (RuntimeException e) {
            failed.run();
        }
    }

    private byte[] nextBatch() {
        if (closeTaken || broken) {
            return null;
        }
        byte[] pongFrame = PONG.getAndSet(this, null);
        byte[] answerFrame = ANSWER.getAndSet(this, null);
        List<Packet> packets = queue.apply(BATCH);
        if (pongFrame != null || answerFrame != null || !packets.isEmpty()) {
            return batch(pongFrame == null ? NOTHING : pongFrame, answerFrame == null ? NOTHING : answerFrame, packets);
        }
        if (closeCode == 0) {
            return null;
        }
        closeTaken = true;
        return Frame.close(closeCode);
    }

    private static byte[] batch(byte[] first, byte[] second, List<Packet> packets) {
        int size = first.length + second.length;
        for (Packet packet : packets) {
            size += frameSize(packet);
        }
        byte[] out = new byte[size];
        System.arraycopy(first, 0, out, 0, first.length);
        System.arraycopy(second, 0, out, first.length, second.length);
        int at = first.length + second.length;
        for (Packet packet : packets) {
            at = put(packet, out, at);
        }
        return out;
    }

    static int frameSize(Packet packet) {
        return switch (packet) {
            case EngineMessage m when m.isBinary() -> Frame.size(m.body().length);
            case EngineMessage m -> Frame.size(m.body().length + 1);
            case Packet.Control c -> Frame.size(c.wire().length);
        };
    }

    static int put(Packet packet, byte[] out, int at) {
        return switch (packet) {
            case EngineMessage m when m.isBinary() -> put(Frame.BINARY, false, m.body(), out, at);
            case EngineMessage m -> put(Frame.TEXT, true, m.body(), out, at);
            case Packet.Control c -> put(Frame.TEXT, false, c.wire(), out, at);
        };
    }

    private static int put(int opcode, boolean typed, byte[] body, byte[] out, int start) {
        int at = Frame.putHeader(opcode, typed ? body.length + 1 : body.length, out, start);
        if (typed) {
            out[at++] = '4';
        }
        System.arraycopy(body, 0, out, at, body.length);
        return at + body.length;
    }
}
