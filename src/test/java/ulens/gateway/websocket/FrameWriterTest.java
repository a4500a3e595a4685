package ulens.gateway.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import org.junit.jupiter.api.Test;
import ulens.gateway.work.Task;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class FrameWriterTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final FrameEncoder<byte[]> RAW = new FrameEncoder<>() {
        @Override
        public int size(byte[] message) {
            return message.length;
        }

        @Override
        public int put(byte[] message, byte[] out, int start) {
            System.arraycopy(message, 0, out, start, message.length);
            return start + message.length;
        }
    };

    private final AtomicInteger rounds = new AtomicInteger();
    private final RecordedOutput output = new RecordedOutput();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch inSecondRound = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final FrameWriter<byte[]> writer = new FrameWriter<>(output, RAW, this::take, failures::incrementAndGet);

    /** Holds the writer's thread in a second round, which it runs because it was called during the first. */
    private List<byte[]> take(int limit) {
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
            return output.calls.get();
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
        assertThat(output.calls).hasValue(0);
    }

    @Test
    void anErrorEndsTheConnectionInsteadOfLeavingItStuck() {
        FrameWriter<byte[]> broken = new FrameWriter<>(output, RAW, _ -> {
            throw new NoClassDefFoundError("made up");
        }, failures::incrementAndGet);
        long before = Task.failures("write-websockets");
        broken.wake();
        await().untilAsserted(() -> assertThat(failures).hasValue(1));
        assertThat(Task.failures("write-websockets")).as("a fault of ours").isEqualTo(before + 1);
        FrameWriter<byte[]> whole = new FrameWriter<>(output, RAW, _ -> List.of(), failures::incrementAndGet);
        whole.wake();
        await().until(() -> Task.all().stream().filter(task -> task.name().equals("write-websockets"))
                .allMatch(task -> task.failing(Duration.ZERO).isEmpty()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] together(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void theLastPongAndTheAnswerGoBeforeTheQueueAndTheCloseFrameBehindIt() throws Exception {
        RecordedOutput to = new RecordedOutput();
        FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
        pen.wake();
        to.asked.await();
        pen.pong(ascii("one"));
        pen.pong(ascii("two"));
        pen.answer(ascii("answer"));
        pen.close(1000);
        pen.close(1011);
        // queued behind the call of close, and before its frame
        to.queue.addAll(List.of(ascii("a"), ascii("b"), ascii("c"), ascii("d")));
        to.open.countDown();
        pen.awaitEnd(LONG);
        pen.pong(ascii("late"));
        pen.wake();
        assertThat(to.written.toByteArray()).isEqualTo(together(ascii("abc"), FrameFormat.frame(10, ascii("two")),
                ascii("answer"), ascii("d"), FrameFormat.close(1000)));
        assertThat(to.calls).as("system calls").hasValue(3);
    }

    @Test
    void whoeverWaitsForTheAnswerWaitsUntilItIsWritten() throws Exception {
        RecordedOutput to = new RecordedOutput();
        FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
        pen.awaitAnswer(LONG);
        pen.answer(ascii("answer"));
        var writtenThen = new FutureTask<>(() -> {
            pen.awaitAnswer(LONG);
            return to.written.toByteArray();
        });
        Thread waiting = Thread.ofPlatform().start(writtenThen);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING || !waiting.isAlive());
        to.open.countDown();
        assertThat(writtenThen.get(30, SECONDS)).isEqualTo(ascii("answer"));
    }

    @Test
    void nobodyWaitsForAnAnswerThatIsNotWrittenAnyMore() throws Exception {
        RecordedOutput to = new RecordedOutput();
        FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
        pen.answer(ascii("answer"));
        to.asked.await();
        FutureTask<Void> waited = new FutureTask<>(() -> {
            pen.awaitAnswer(LONG);
            return null;
        });
        Thread waiting = Thread.ofPlatform().start(waited);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING || !waiting.isAlive());
        pen.interrupt();
        waited.get(30, SECONDS);
        assertThat(to.calls).hasValue(0);
    }

    @Test
    void nothingIsWrittenAfterAnInterrupt() throws Exception {
        RecordedOutput to = new RecordedOutput();
        to.open.countDown();
        FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
        pen.interrupt();
        to.queue.add(ascii("a"));
        pen.wake();
        pen.close(1000);
        pen.awaitEnd(LONG);
        assertThat(to.calls).hasValue(0);
        assertThat(to.asked.getCount()).as("the queue is not even asked").isEqualTo(1);
    }

    @Test
    void behindAFrameThatWasCutShortNothingIsWritten() {
        AtomicInteger writes = new AtomicInteger();
        RecordedOutput to = new RecordedOutput() {
            @Override
            public void writeNow(BufferData buffer) {
                writes.incrementAndGet();
                throw new UncheckedIOException(new IOException("made up"));
            }
        };
        to.open.countDown();
        FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
        to.queue.add(ascii("a"));
        long before = Task.failures("write-websockets");
        pen.wake();
        await().untilAsserted(() -> assertThat(failures).hasValue(1));
        assertThat(Task.failures("write-websockets")).as("the peer is gone").isEqualTo(before);
        to.queue.add(ascii("b"));
        pen.wake();
        pen.close(1000);
        assertThat(to.queue).hasSize(1);
        assertThat(writes).hasValue(1);
    }

    /** 40 connections, 4 threads each: all is written, once, in order, and the close frame last. */
    @Test
    void whateverIsQueuedIsWrittenOnceAndInOrderBeforeTheCloseFrame() throws Exception {
        for (int round = 0; round < 40; round++) {
            RecordedOutput to = new RecordedOutput();
            to.open.countDown();
            FrameWriter<byte[]> pen = new FrameWriter<>(to, RAW, to::take, failures::incrementAndGet);
            List<Thread> senders = new ArrayList<>();
            for (char name = 'a'; name < 'e'; name++) {
                char sender = name;
                senders.add(Thread.startVirtualThread(() -> {
                    for (int i = 0; i < 250; i++) {
                        to.queue.add(new byte[] { (byte) sender, (byte) i });
                        pen.wake();
                    }
                }));
            }
            for (Thread sender : senders) {
                sender.join();
            }
            pen.close(1000);
            pen.awaitEnd(LONG);
            byte[] written = to.written.toByteArray();
            assertThat(written).hasSize(4 * 250 * 2 + 4).endsWith(FrameFormat.close(1000));
            int[] next = new int[4];
            for (int at = 0; at < 2_000; at += 2) {
                assertThat(written[at + 1]).isEqualTo((byte) next[written[at] - 'a']++);
            }
        }
        assertThat(failures).hasValue(0);
    }
}
