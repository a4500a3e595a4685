package ulens.gateway.engineio;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

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
    private final WebSocket socket;
    private volatile int state;
    private volatile byte[] pong;
    private volatile byte[] answer;
    private volatile int closeCode;
    private volatile Thread thread;
    private boolean closeWritten;

    WebSocketWriter(DataWriter out, WebSocket socket) {
        this.out = out;
        this.socket = socket;
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
                    Thread drain = Thread.ofVirtual().unstarted(this::drain);
                    thread = drain;
                    drain.start();
                    return;
                }
            } else if (now == RUNNING_AND_CALLED || STATE.compareAndSet(this, RUNNING, RUNNING_AND_CALLED)) {
                return;
            }
        }
    }

    /** Waits until all is written, for a limited time. */
    void await(Duration limit) throws InterruptedException {
        Thread drain = thread;
        if (drain != null) {
            drain.join(limit);
        }
    }

    /** Frees the thread from a write that does not end. The connection is broken then. */
    void interrupt() {
        Thread drain = thread;
        if (drain != null) {
            drain.interrupt();
        }
    }

    private void drain() {
        try {
            do {
                state = RUNNING;
                for (byte[] batch = nextBatch(); batch != null; batch = nextBatch()) {
                    out.writeNow(BufferData.create(batch));
                }
                thread = null;
            } while (!STATE.compareAndSet(this, RUNNING, IDLE));
        } catch (RuntimeException e) {
            socket.writeFailed();
        }
    }

    private byte[] nextBatch() {
        if (closeWritten) {
            return null;
        }
        byte[] pongFrame = PONG.getAndSet(this, null);
        byte[] answerFrame = ANSWER.getAndSet(this, null);
        List<Packet> packets = socket.take(BATCH);
        if (pongFrame != null || answerFrame != null || !packets.isEmpty()) {
            return batch(pongFrame == null ? NOTHING : pongFrame, answerFrame == null ? NOTHING : answerFrame, packets);
        }
        if (closeCode == 0) {
            return null;
        }
        closeWritten = true;
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
