package ulens.gateway.intake;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.rabbitmq.outgoing.Publication;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.NACKED;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.UNFIT;

/** Where a message goes that can't be stored, with which headers, and what happens while the broker takes nothing. */
@Timeout(60)
class DeadLettersTest {
    private static final Duration HOLD = Duration.ofSeconds(10);

    private final AnsweringBroker broker = new AnsweringBroker();
    private final Republisher republisher = new Republisher(broker, 1, Duration.ofHours(1));
    private final VirtualClock clock = new VirtualClock();
    private final Task loop = Task.of(System.getLogger("test"), "[TEST]", "test-intake");
    private final IntakeBackoff backoff = new IntakeBackoff(HOLD, loop, clock);
    private final IntakeCounts counts = new IntakeCounts();
    private final DeadLetters letters = new DeadLetters(republisher, broker, counts, backoff);

    @AfterEach
    void close() {
        backoff.end();
        loop.close();
        republisher.task().close();
        republisher.close();
    }

    private Publication published() throws InterruptedException {
        republisher.step();
        return broker.published.getLast();
    }

    @Test
    void aMessageThatCanNeverBeStoredIsADeadLetterWithItsReason() throws Exception {
        assertThat(letters.refuse(new HeldMessage("body"), "r".repeat(501))).isEqualTo(Settled.DONE);
        Publication letter = published();
        assertThat(letter.exchange()).isEqualTo("dlx");
        assertThat(letter.routingKey()).isEqualTo("dead");
        assertThat(letter.properties().getHeaders()).isEqualTo(Map.of("x-error", "r".repeat(500)));
    }

    @Test
    void oneThatMayBeGoodIsTriedAgainThreeTimes() throws Exception {
        letters.retry(new HeldMessage(Map.of("other", 1)), "a fault");
        Publication retry = published();
        assertThat(retry.exchange()).isEmpty();
        assertThat(retry.routingKey()).isEqualTo("retry");
        assertThat(retry.properties().getHeaders()).isEqualTo(Map.of("x-retries", 1, "x-error", "a fault", "other", 1));
        letters.retry(new HeldMessage(Map.of("x-retries", 2)), "a fault");
        assertThat(published().properties().getHeaders()).containsEntry("x-retries", 3);
        letters.retry(new HeldMessage(Map.of("x-retries", 3)), "a fault");
        assertThat(published().exchange()).isEqualTo("dlx");
        assertThat(published().properties().getHeaders()).containsEntry("x-error", "failed 4 times: a fault");
    }

    @Test
    void aCountThatIsNoneCountsAsTheFirstTime() throws Exception {
        letters.retry(new HeldMessage(Map.of("x-retries", -7)), "a fault");
        assertThat(published().properties().getHeaders()).containsEntry("x-retries", 1);
        letters.retry(new HeldMessage(Map.of("x-retries", "many")), "a fault");
        assertThat(published().properties().getHeaders()).containsEntry("x-retries", 1);
    }

    @Test
    void aGoodOneForWhichThereIsNoRoomComesLaterAsItIs() throws Exception {
        assertThat(letters.later(new HeldMessage(Map.of("x-retries", 2)))).isEqualTo(Settled.DONE);
        assertThat(published().routingKey()).isEqualTo("retry");
        assertThat(published().properties().getHeaders()).isEqualTo(Map.of("x-retries", 2));
    }

    @Test
    void whatComesFromTheRoundNamesItsReasonInOneLine() {
        assertThat(DeadLetters.reasonOnTheRound(new HeldMessage("body"))).isEmpty();
        assertThat(DeadLetters.reasonOnTheRound(new HeldMessage(Map.of("x", 1)))).isEmpty();
        assertThat(DeadLetters.reasonOnTheRound(new HeldMessage(Map.of("x-dead-letter-reason", "a\n\tb"))))
                .contains("a b");
        assertThat(DeadLetters.reasonOnTheRound(new HeldMessage(Map.of("x-dead-letter-reason", "r".repeat(600)))))
                .contains("r".repeat(500));
    }

    /** One letter waits, which is as many as there may be, and the broker has refused it. */
    private HeldMessage full() throws InterruptedException {
        broker.answer(AnsweringBroker.failed(NACKED));
        HeldMessage first = new HeldMessage("first");
        letters.refuse(first, "bad");
        republisher.step();
        return first;
    }

    @Test
    void ifTooManyWaitAFurtherOneIsSentRoundByTheRetryQueue() throws Exception {
        full();
        HeldMessage second = new HeldMessage("second");
        assertThat(letters.refuse(second, "worse")).isEqualTo(Settled.DONE);
        assertThat(second.settled).containsExactly("ack");
        Publication round = broker.published.getLast();
        assertThat(round.exchange()).isEmpty();
        assertThat(round.routingKey()).isEqualTo("retry");
        assertThat(round.properties().getHeaders()).isEqualTo(Map.of("x-dead-letter-reason", "worse"));
        assertThat(republisher.waiting()).isEqualTo(1);
    }

    @Test
    void onTheRoundToItIsCutUntilItFits() throws Exception {
        full();
        broker.answer(AnsweringBroker.failed(UNFIT));
        HeldMessage second = new HeldMessage("second");
        letters.refuse(second, "worse");
        assertThat(second.settled).containsExactly("ack");
        assertThat(broker.published.getLast().properties().getHeaders()).containsKeys("x-cut", "x-dead-letter-reason");
    }

    @Test
    void ifTheBrokerTakesNothingAtAllIntakeWaitsAndGivesBack() throws Exception {
        full();
        clock.meanwhile(_ -> broker.answer(AnsweringBroker.failed(NACKED)));
        broker.answer(AnsweringBroker.failed(NACKED));
        HeldMessage second = new HeldMessage("second");
        assertThat(letters.refuse(second, "worse")).isEqualTo(Unsettled.GIVE_BACK);
        assertThat(second.settled).isEmpty();
        assertThat(clock.waited()).isGreaterThan(HOLD.toNanos());
        assertThat(backoff.waiting()).isTrue();
    }

    @Test
    void whatNeverFitsWaitsToo() throws Exception {
        full();
        for (int i = 0; i < 4; i++) {
            broker.answer(AnsweringBroker.failed(UNFIT));
        }
        clock.meanwhile(_ -> backoff.end());
        assertThat(letters.refuse(new HeldMessage("second"), "worse")).isEqualTo(Unsettled.STOPPED);
        assertThat(broker.published).hasSize(5);
    }

    @Test
    void whenTheBrokerTakesItTheWaitIsOver() throws Exception {
        full();
        broker.answer(AnsweringBroker.failed(NACKED));
        HeldMessage second = new HeldMessage("second");
        assertThat(letters.refuse(second, "worse")).isEqualTo(Settled.DONE);
        assertThat(second.settled).containsExactly("ack");
        assertThat(clock.waited()).isPositive();
        assertThat(backoff.waiting()).isFalse();
    }

    @Test
    void thereMayBeRoomAgainInsteadOfARound() throws Exception {
        CompletableFuture<Void> open = broker.answer(new CompletableFuture<>());
        letters.refuse(new HeldMessage("first"), "bad");
        republisher.step();
        Thread confirming = Thread.ofVirtual().start(() -> open.complete(null));
        assertThat(letters.refuse(new HeldMessage("second"), "bad")).isEqualTo(Settled.DONE);
        confirming.join();
        assertThat(published().exchange()).isEqualTo("dlx");
    }
}
