package ulens.gateway.engineio.packet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits for a transport: in its order, counted, and beyond the soft limit counted against all sessions. */
@Timeout(60)
class SendQueueTest {
    private static final int SOFT = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Overflow overflow = new Overflow(SOFT, 50);
    private final SendQueue queue = new SendQueue(lock, overflow);

    @BeforeEach
    void lock() {
        lock.lock();
    }

    /** Costs as many bytes as it has. */
    private static EnginePacket packet(int bytes) {
        return new EnginePacket(EnginePacket.Form.CONTROL, new byte[bytes]);
    }

    private void fill(int... sizes) {
        for (int size : sizes) {
            queue.add(packet(size));
        }
    }

    private List<Integer> take(int limit) {
        return queue.take(limit, packet -> packet.body().length).stream().map(packet -> packet.body().length).toList();
    }

    @Test
    void theOldestAreTakenAsFarAsTheyFit() {
        assertThat(queue.isEmpty()).isTrue();
        fill(10, 20, 30);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.cost()).isEqualTo(60);
        assertThat(take(30)).containsExactly(10, 20);
        assertThat(queue.cost()).isEqualTo(30);
        assertThat(take(30)).containsExactly(30);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.cost()).isZero();
        assertThat(take(30)).isEmpty();
    }

    @Test
    void whatFitsNowhereIsTakenAlone() {
        fill(40, 1);
        assertThat(take(30)).containsExactly(40);
        assertThat(take(30)).containsExactly(1);
    }

    @Test
    void whatIsDroppedCountsNoMore() {
        fill(300);
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.cost()).isZero();
        assertThat(overflow.sum()).isZero();
    }

    @Test
    void itTellsWhenItBeganToFillAndWhenItWasLastTakenFrom() {
        long before = System.nanoTime();
        fill(1);
        long began = queue.movedAt();
        assertThat(began - before).isNotNegative();
        fill(1);
        assertThat(queue.movedAt()).isEqualTo(began);
        long later = System.nanoTime();
        take(1);
        assertThat(queue.movedAt() - later).isNotNegative();
    }

    @Test
    void onlyWhatIsBeyondTheSoftLimitCountsAgainstAll() {
        fill(SOFT);
        assertThat(overflow.sum()).isZero();
        fill(30, 25);
        assertThat(overflow.sum()).isEqualTo(55);
        take(SOFT);
        assertThat(overflow.sum()).isZero();
    }

    @Test
    void aSessionIsTooMuchIfAllAreBeyondTheLimitAndItsOwnQueueBeyondTheSoftOne() {
        overflow.changed(0, SOFT + 50);
        assertThat(overflow.isTooMuch(SOFT + 50)).as("just at the limit").isFalse();
        overflow.changed(SOFT + 50, SOFT + 51);
        assertThat(overflow.isTooMuch(SOFT + 51)).isTrue();
        assertThat(overflow.isTooMuch(SOFT)).isFalse();
        overflow.changed(SOFT + 51, 10);
        assertThat(overflow.sum()).isZero();
    }

    /** Returns when somebody has looked in vain, and so gave the lock back by waiting. */
    private CompletableFuture<Void> waitingForRoom() throws InterruptedException {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CountDownLatch looked = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            lock.lock();
            try {
                queue.await(() -> {
                    looked.countDown();
                    return queue.isEmpty();
                });
                over.complete(null);
            } catch (InterruptedException interrupted) {
                over.completeExceptionally(interrupted);
            } finally {
                lock.unlock();
            }
        });
        lock.unlock();
        looked.await();
        lock.lock();
        return over;
    }

    private void assertGoesOn(CompletableFuture<Void> over) throws Exception {
        lock.unlock();
        over.get();
        lock.lock();
    }

    @Test
    void whoWaitsForRoomGoesOnWhenSomethingIsTaken() throws Exception {
        fill(10);
        CompletableFuture<Void> over = waitingForRoom();
        assertThat(over).isNotDone();
        take(10);
        assertGoesOn(over);
    }

    @Test
    void whoWaitsForRoomGoesOnWhenAllIsDropped() throws Exception {
        fill(10);
        CompletableFuture<Void> over = waitingForRoom();
        queue.clear();
        assertGoesOn(over);
    }
}
