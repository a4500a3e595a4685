package ulens.gateway.engineio;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

import org.junit.jupiter.api.Test;

class WebSocketWriterTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch inSecondRound = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final WebSocketWriter writer = new WebSocketWriter(new Counting(), this::take, failures::incrementAndGet);

    private final class Counting implements DataWriter {
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
            written.incrementAndGet();
        }
    }

    /** Holds the writer's thread in a second round, which it runs because it was called during the first. */
    private List<Packet> take(int limit) {
        if (rounds.incrementAndGet() == 1) {
            writer.wake();
        } else {
            inSecondRound.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return List.of();
    }

    private void reachSecondRound() throws InterruptedException {
        writer.wake();
        assertThat(inSecondRound.await(30, SECONDS)).isTrue();
    }

    @Test
    void whoeverWaitsForTheCloseFrameWaitsInWhateverRoundTheWriterIs() throws Exception {
        reachSecondRound();
        writer.close(1000);
        var writtenAtTheEnd = new FutureTask<>(() -> {
            writer.awaitEnd(LONG);
            return written.get();
        });
        Thread waiting = Thread.ofPlatform().start(writtenAtTheEnd);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING || !waiting.isAlive());
        goOn.countDown();
        assertThat(writtenAtTheEnd.get(30, SECONDS)).isEqualTo(1);
    }

    @Test
    void anInterruptReachesTheWriterInWhateverRoundItIs() throws Exception {
        reachSecondRound();
        writer.interrupt();
        await().untilAsserted(() -> assertThat(failures).hasValue(1));
        writer.awaitEnd(LONG);
        assertThat(written).hasValue(0);
    }
}
