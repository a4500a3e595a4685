package ulens.gateway.socketio;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class MailboxTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void runsTasksOneByOneInOrder() throws Exception {
        Mailbox mailbox = new Mailbox(4, 1_000);
        List<Integer> ran = new CopyOnWriteArrayList<>();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 500; i++) {
            int number = i;
            mailbox.put(1, () -> {
                most.accumulateAndGet(together.incrementAndGet(), Math::max);
                Thread.yield();
                ran.add(number);
                together.decrementAndGet();
            });
        }
        await().atMost(LONG).until(() -> ran.size() == 500);
        assertThat(ran).isSorted();
        assertThat(most).hasValue(1);
    }

    @Test
    void makesTheReaderWaitWhileFull() throws Exception {
        assertThat(blockedAfter(new Mailbox(3, 1_000), 1)).isEqualTo(3);
    }

    @Test
    void makesTheReaderWaitWhileTooHeavy() throws Exception {
        assertThat(blockedAfter(new Mailbox(100, 1_000), 400)).isEqualTo(2);
    }

    @Test
    void takesOneTaskThatIsTooHeavyAlone() throws Exception {
        assertThat(blockedAfter(new Mailbox(100, 1_000), 5_000)).isEqualTo(1);
    }

    @Test
    void keepsGoingAfterATaskThatFails() throws Exception {
        Mailbox mailbox = new Mailbox(4, 1_000);
        CountDownLatch ran = new CountDownLatch(1);
        mailbox.put(1, () -> {
            throw new StackOverflowError("expected by a test");
        });
        mailbox.put(1, ran::countDown);
        await().atMost(LONG).until(() -> ran.getCount() == 0);
    }

    /** {@return how many tasks wait behind a running one when the reader has to wait} */
    private static int blockedAfter(Mailbox mailbox, int weight) throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        mailbox.put(1, () -> {
            running.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        running.await();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 10; i++) {
                    mailbox.put(weight, done::incrementAndGet);
                    accepted.incrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().atMost(LONG).until(() -> reader.getState() == Thread.State.WAITING);
        int waiting = accepted.get();
        mailbox.add(done::incrementAndGet);
        release.countDown();
        await().atMost(LONG).until(() -> done.get() == 11);
        return waiting;
    }
}
