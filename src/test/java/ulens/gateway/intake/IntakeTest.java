package ulens.gateway.intake;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.config.IntakeConfig;
import ulens.gateway.stream.NewDelivery;
import ulens.gateway.stream.NewRows;
import ulens.gateway.stream.StoredBatch;
import ulens.gateway.stream.StreamWriter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Intake with its threads: how much it asks the broker for, and how it ends. Its rules are the model's. */
@Timeout(60)
class IntakeTest {
    private final AnsweringBroker broker = new AnsweringBroker();
    private final AtomicLong requested = new AtomicLong();
    private final Semaphore stores = new Semaphore(1_000);
    private final List<NewDelivery> stored = new CopyOnWriteArrayList<>();
    private final Intake intake = new Intake(
            new IntakeConfig(10, Duration.ofMillis(1), 1024, Duration.ofMinutes(1), 100, 10),
            new IntakePorts(new Rows(), () -> true, new FakeAttempts(), new NoSockets(), broker, (_, _) -> {
            }));

    private final class Rows implements StreamWriter {
        @Override
        public StoredBatch store(List<NewDelivery> batch) {
            stores.acquireUninterruptibly();
            stored.addAll(batch);
            return new StoredBatch(List.of(), 0, Set.of());
        }

        @Override
        public Set<String> locked(Collection<String> userIds) {
            return Set.of();
        }
    }

    private static final class NoSockets implements NewRows {
        @Override
        public void offer(StoredBatch rows) {
            // nobody is here
        }

        @Override
        public void backlogEnds() {
            // nobody is here
        }
    }

    private void subscribe() {
        intake.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                requested.addAndGet(count);
            }

            @Override
            public void cancel() {
                throw new AssertionError("the connector ends the stream");
            }
        });
    }

    private static HeldMessage event(long id) {
        return new HeldMessage(IntakeWorld.body("ann", id, "text"));
    }

    @AfterEach
    void close() {
        stores.release(1_000);
        intake.close();
    }

    @Test
    void itAsksForTwoBatchesAndForAsMuchAsIsDone() {
        subscribe();
        assertThat(requested).hasValue(20);
        HeldMessage message = event(1);
        intake.onNext(message);
        await().until(() -> message.settled.contains("ack through"));
        await().until(() -> requested.get() == 21);
        assertThat(stored).hasSize(1);
        assertThat(intake.counts().consumed()).isEqualTo(1);
        assertThat(intake.storing()).isTrue();
    }

    @Test
    void whatCanNotBeStoredIsADeadLetterWhileTheRestIsStored() {
        subscribe();
        HeldMessage bad = new HeldMessage("no JSON");
        intake.onNext(bad);
        await().until(() -> bad.settled.contains("ack"));
        assertThat(broker.published).hasSize(1);
        assertThat(broker.published.getFirst().exchange()).isEqualTo("dlx");
    }

    @Test
    void theEndFinishesTheBatchInHandAndLeavesTheRest() throws Exception {
        stores.acquire(1_000);
        subscribe();
        HeldMessage first = event(1);
        intake.onNext(first);
        await().until(stores::hasQueuedThreads);
        HeldMessage second = event(2);
        intake.onNext(second);
        Thread end = Thread.ofVirtual().start(() -> assertThat(intake.close(Duration.ofSeconds(30))).isTrue());
        await().until(() -> end.getState() != Thread.State.RUNNABLE);
        stores.release(1_000);
        end.join();
        assertThat(first.settled).containsExactly("ack through");
        assertThat(second.settled).isEmpty();
        assertThat(requested).as("nothing more is asked for").hasValue(20);
    }

    @Test
    void anEndThatTakesTooLongIsNotWaitedFor() throws Exception {
        stores.acquire(1_000);
        subscribe();
        intake.onNext(event(1));
        await().until(stores::hasQueuedThreads);
        assertThat(intake.close(Duration.ofMillis(1))).isFalse();
    }
}
