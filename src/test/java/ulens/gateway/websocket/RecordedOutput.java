package ulens.gateway.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * A connection that records what is written to it, and the queue before it, which stays shut until the test opens it.
 */
class RecordedOutput implements DataWriter {
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final AtomicInteger calls = new AtomicInteger();
    final ConcurrentLinkedQueue<byte[]> queue = new ConcurrentLinkedQueue<>();
    final CountDownLatch open = new CountDownLatch(1);
    final CountDownLatch asked = new CountDownLatch(1);

    List<byte[]> take(int limit) {
        asked.countDown();
        try {
            open.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Stream.generate(queue::poll).limit(3).takeWhile(Objects::nonNull).toList();
    }

    @Override
    public void write(BufferData... buffers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(BufferData buffer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void writeNow(BufferData... buffers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void writeNow(BufferData buffer) {
        calls.incrementAndGet();
        written.writeBytes(buffer.readBytes());
    }
}
