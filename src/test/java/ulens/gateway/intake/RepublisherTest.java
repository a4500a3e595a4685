package ulens.gateway.intake;

import com.rabbitmq.client.AMQP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.NACKED;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.UNFIT;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.UNROUTABLE;

/** Dead letters go out beside intake, wait while the broker refuses them, and are given back when that lasts. */
@Timeout(60)
class RepublisherTest {
    private static final int MIB = 1024 * 1024;

    private final List<Task> others = Task.all();
    private final AnsweringBroker broker = new AnsweringBroker();
    private Republisher republisher = new Republisher(broker, 3, Duration.ofHours(1));

    private static Republication of(HeldMessage message) {
        return new Republication(message, "dlx", "dead", Map.of(), () -> {
        });
    }

    private static HeldMessage big(int mebibytes) {
        return new HeldMessage(new byte[mebibytes * MIB], new AMQP.BasicProperties());
    }

    private HeldMessage added() {
        HeldMessage message = new HeldMessage("body");
        assertThat(republisher.add(of(message))).isTrue();
        return message;
    }

    @AfterEach
    void close() {
        republisher.task().close();
        republisher.close();
    }

    @Test
    void aConfirmedOneIsDone() throws Exception {
        HeldMessage message = added();
        assertThat(republisher.waiting()).isEqualTo(1);
        assertThat(republisher.step()).isFalse();
        assertThat(broker.published).hasSize(1);
        assertThat(message.settled).containsExactly("ack");
        assertThat(republisher.waiting()).isZero();
    }

    @Test
    void manyAreOnTheirWayAtOnceAndTheStopWaitsForThem() throws Exception {
        CompletableFuture<Void> first = broker.answer(new CompletableFuture<>());
        CompletableFuture<Void> second = broker.answer(new CompletableFuture<>());
        HeldMessage message = added();
        added();
        republisher.step();
        assertThat(republisher.step()).isTrue();
        assertThat(broker.published).hasSize(2);
        assertThat(message.settled).isEmpty();
        first.complete(null);
        assertThat(message.settled).containsExactly("ack");
        second.complete(null);
        assertThat(republisher.step()).isFalse();
    }

    @Test
    void thereIsRoomForSoManyAndForSoManyBytes() throws Exception {
        added();
        added();
        added();
        assertThat(republisher.add(of(new HeldMessage("one more")))).isFalse();
        republisher.step();
        added();
        republisher.step();
        republisher.step();
        republisher.step();
        assertThat(republisher.add(of(big(33)))).as("a single one may be larger").isTrue();
        assertThat(republisher.add(of(new HeldMessage("")))).isFalse();
        republisher.step();
        assertThat(republisher.add(of(big(16)))).isTrue();
        assertThat(republisher.add(of(big(16)))).isTrue();
        assertThat(republisher.add(of(new HeldMessage("x")))).isFalse();
    }

    @Test
    void whatTheBrokerDeliversAgainIsNotPublished() throws Exception {
        HeldMessage message = added();
        message.live = false;
        republisher.step();
        assertThat(broker.published).isEmpty();
        assertThat(message.settled).isEmpty();
        assertThat(republisher.waiting()).isZero();
    }

    @Test
    void whatDoesNotFitIsCutAndGoesNext() throws Exception {
        broker.answer(AnsweringBroker.failed(UNFIT));
        HeldMessage message = added();
        added();
        republisher.step();
        republisher.step();
        assertThat(broker.published.get(1).properties().getHeaders()).containsKey("x-cut");
        assertThat(message.settled).containsExactly("ack");
        assertThat(failing()).isFalse();
    }

    @Test
    void whatCanNotBeCutAnyMoreIsRefused() throws Exception {
        added();
        for (int i = 0; i < 4; i++) {
            broker.answer(AnsweringBroker.failed(UNFIT));
            republisher.step();
        }
        assertThat(republisher.awaitRoom()).isFalse();
        assertThat(republisher.waiting()).isEqualTo(1);
    }

    @Test
    void aRefusedOneWaitsAndIsTriedAgainAfterAPause() throws Exception {
        broker.answer(
                CompletableFuture.failedFuture(new CompletionException(AnsweringBroker.failed(NACKED).exceptionNow())));
        HeldMessage message = added();
        assertThat(republisher.step()).as("nothing is on its way").isFalse();
        assertThat(republisher.awaitRoom()).as("no progress").isFalse();
        assertThat(message.settled).isEmpty();
        assertThat(failing()).isTrue();
        republisher.step();
        assertThat(broker.published).hasSize(2);
        assertThat(message.settled).containsExactly("ack");
        assertThat(republisher.awaitRoom()).isTrue();
        assertThat(failing()).isFalse();
        assertThat(broker.declared).hasValue(0);
    }

    private boolean failing() {
        return Task.all().stream().anyMatch(task -> task.name().equals("dead-letters") && !others.contains(task)
                && task.failing(Duration.ZERO).isPresent());
    }

    @Test
    void whileTheBrokerRefusesOneIsTriedAtATime() throws Exception {
        broker.answer(AnsweringBroker.failed(NACKED));
        added();
        republisher.step();
        CompletableFuture<Void> slow = broker.answer(new CompletableFuture<>());
        Thread step = Thread.ofVirtual().start(() -> {
            try {
                republisher.step();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> broker.published.size() == 2);
        await().until(() -> step.getState() == Thread.State.TIMED_WAITING);
        slow.complete(null);
        step.join();
        assertThat(republisher.waiting()).isZero();
    }

    @Test
    void aDestinationThatIsGoneIsDeclaredOnceForAll() throws Exception {
        broker.answer(AnsweringBroker.failed(UNROUTABLE));
        added();
        republisher.step();
        broker.answer(AnsweringBroker.failed(UNROUTABLE));
        republisher.step();
        assertThat(broker.declared).hasValue(1);
    }

    @Test
    void whatHasWaitedTooLongIsGivenBackButNotWhatIsOnItsWay() throws Exception {
        republisher = new Republisher(broker, 3, Duration.ZERO);
        CompletableFuture<Void> open = broker.answer(new CompletableFuture<>());
        HeldMessage onItsWay = added();
        republisher.step();
        broker.answer(AnsweringBroker.failed(NACKED));
        HeldMessage refused = added();
        republisher.step();
        republisher.step();
        assertThat(refused.settled).containsExactly("requeue");
        assertThat(onItsWay.settled).isEmpty();
        assertThat(republisher.waiting()).isEqualTo(1);
        open.complete(null);
        assertThat(onItsWay.settled).containsExactly("ack");
    }

    @Test
    void whatIsNotOldIsKeptButNotWhatTheBrokerDeliversAgain() throws Exception {
        broker.answer(AnsweringBroker.failed(NACKED));
        broker.answer(AnsweringBroker.failed(NACKED));
        HeldMessage kept = added();
        HeldMessage gone = added();
        republisher.step();
        gone.live = false;
        republisher.step();
        assertThat(republisher.waiting()).isEqualTo(1);
        assertThat(kept.settled).isEmpty();
    }

    @Test
    void atTheEndRefusedOnesStayWithTheBroker() throws Exception {
        broker.answer(AnsweringBroker.failed(NACKED));
        added();
        republisher.step();
        republisher.end();
        assertThat(republisher.step()).isFalse();
        assertThat(broker.published).hasSize(1);
    }

    @Test
    void whoWaitsForRoomIsWokenByAConfirmAndByARefusal() throws Exception {
        CompletableFuture<Void> open = broker.answer(new CompletableFuture<>());
        added();
        republisher.step();
        CompletableFuture<Boolean> room = waiter();
        open.complete(null);
        assertThat(room.join()).isTrue();
        CompletableFuture<Void> other = broker.answer(new CompletableFuture<>());
        added();
        republisher.step();
        room = waiter();
        other.completeExceptionally(AnsweringBroker.failed(NACKED).exceptionNow());
        assertThat(room.join()).isFalse();
    }

    private CompletableFuture<Boolean> waiter() {
        CompletableFuture<Boolean> room = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                room.complete(republisher.awaitRoom());
            } catch (InterruptedException failure) {
                room.completeExceptionally(failure);
            }
        });
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return room;
    }

    @Test
    void withNothingInHandThereIsRoom() throws Exception {
        assertThat(republisher.awaitRoom()).isTrue();
    }
}
