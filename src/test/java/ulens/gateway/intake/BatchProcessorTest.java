package ulens.gateway.intake;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of a batch: who is stored, who is sent away and why, who waits, and when it is acknowledged. */
class BatchProcessorTest {
    private final IntakeWorld world = new IntakeWorld(600, 100);

    @AfterEach
    void end() {
        world.close();
    }

    @Test
    void aBatchIsStoredInOneTransactionAndThenAcknowledged() {
        publish("ann", 1, 2);
        publish("ben", 3);
        world.step();
        assertThat(world.streams.attempts()).containsExactly(List.of(1L, 2L, 3L));
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void whatCannotBeReadIsADeadLetterWithTheReasonAndItsNeighboursAreStored() {
        publish("ann", 1);
        world.broker.publish("{", Map.of());
        publish("ann", 2);
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L, 2L);
        assertThat(world.broker.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(error(letter)).startsWith("body is not JSON"));
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void aMessageThatTheDatabaseRefusesIsFoundByHalvingAndItsNeighboursAreStoredInOrder() {
        publish("ann", 1, 2, 3);
        world.publish("ann", 4, "22021 at fault");
        publish("ann", 5, 6);
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L, 2L, 3L, 5L, 6L);
        assertThat(world.broker.deadLetters()).singleElement().satisfies(
                letter -> assertThat(error(letter)).isEqualTo("the database can't hold it (SQLSTATE 22021)"));
        assertThat(world.broker.retries()).isEmpty();
    }

    @Test
    void aMessageThatMayBeAtFaultIsTriedThreeTimesMoreAndIsThenADeadLetter() {
        world.publish("ann", 1, "23514 perhaps");
        for (int tries = 1; tries <= 3; tries++) {
            world.step();
            assertThat(world.broker.retries()).singleElement().extracting(Publication::properties)
                    .extracting(one -> one.getHeaders().get("x-retries")).isEqualTo(tries);
            world.broker.returnRetries();
        }
        world.step();
        assertThat(world.broker.retries()).isEmpty();
        assertThat(world.broker.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(error(letter)).isEqualTo("failed 4 times: SQLSTATE 23514"));
    }

    @Test
    void whileTheDatabaseIsAwayABatchIsHeldAndNothingOfItIsSentAway() {
        world.databaseAway(true);
        world.clock.meanwhile(_ -> {
            assertThat(world.storing()).isEqualTo(world.streams.attempts().isEmpty());
            world.databaseAway(world.streams.attempts().size() < 5);
        });
        publish("ann", 1, 2);
        world.step();
        assertThat(world.streams.attempts()).hasSize(6).containsOnly(List.of(1L, 2L));
        assertThat(world.broker.queued()).isZero();
        assertThat(world.broker.deadLetters()).isEmpty();
        assertThat(world.broker.retries()).isEmpty();
        assertThat(world.storing()).isTrue();
    }

    @Test
    void whatCouldNotBeStoredForAsLongAsItMayBeHeldIsGivenBackAndTakenAgainOnceTheDatabaseAnswers() {
        world.databaseAway(true);
        publish("ann", 1, 2);
        long begun = world.clock.now();
        world.step();
        assertThat(world.clock.now() - begun).isBetween(IntakeWorld.HOLD.toNanos(),
                IntakeWorld.HOLD.toNanos() + TimeUnit.SECONDS.toNanos(3));
        assertThat(world.broker.isTaking()).isFalse();
        assertThat(world.broker.queued()).isEqualTo(2);
        world.step();
        assertThat(world.broker.isTaking()).as("the database does not answer").isFalse();
        world.databaseAway(false);
        world.step();
        assertThat(world.broker.isTaking()).isTrue();
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L, 2L);
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void aStopEndsTheWaitAndLeavesTheBatchWithTheBroker() {
        world.databaseAway(true);
        world.clock.meanwhile(_ -> world.stop());
        publish("ann", 1);
        world.step();
        assertThat(world.streams.attempts()).hasSize(1);
        assertThat(world.broker.queued()).isEqualTo(1);
        assertThat(world.broker.isTaking()).as("a stop gives nothing back").isTrue();
    }

    @Test
    void nothingIsStoredBeforeAnEarlierMessageThatCouldNotBeKept() {
        world.clock.meanwhile(_ -> {
            publish("ann", 2);
            world.receiveInVain();
            publish("ann", 3);
            world.receive();
            world.clock.meanwhile(_ -> {
                // once only
            });
        });
        publish("ann", 1);
        for (int step = 0; step < 3; step++) {
            world.step();
        }
        assertThat(world.streams.rows("ann")).containsExactly(1L, 2L, 3L);
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void whoseRowIsLockedIsSetAsideAndStoredInOrderOnceItIsFree() {
        world.streams.locks().add("ann");
        publish("ann", 1);
        publish("ben", 2);
        world.step();
        publish("ann", 3);
        publish("ben", 4);
        world.step();
        assertThat(world.streams.rows("ben")).containsExactly(2L, 4L);
        assertThat(world.broker.queued()).as("not acknowledged").isEqualTo(2);
        world.streams.locks().clear();
        world.clock.pass(TimeUnit.SECONDS.toNanos(3));
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L, 3L);
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void aLockThatCannotBeSeenIsFoundByHalvingTheUsers() {
        world.streams.invisibleLocks().add("cyd");
        publish("ann", 1);
        publish("ben", 2);
        publish("cyd", 3);
        publish("dan", 4);
        world.step();
        assertThat(List.of(world.streams.rows("ann"), world.streams.rows("ben"), world.streams.rows("dan")))
                .containsExactly(List.of(1L), List.of(2L), List.of(4L));
        world.streams.invisibleLocks().clear();
        world.clock.pass(TimeUnit.SECONDS.toNanos(3));
        world.step();
        assertThat(world.streams.rows("cyd")).containsExactly(3L);
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void beyondTheMostThatMayBeSetAsideMessagesGoToTheRetryQueueUncounted() {
        world.streams.locks().add("ann");
        for (long id = 1; id <= 101; id++) {
            publish("ann", id);
        }
        world.step();
        assertThat(world.broker.retries()).hasSize(101)
                .allSatisfy(one -> assertThat(one.properties().getHeaders()).doesNotContainKey("x-retries"));
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void theEndOfABacklogIsSaidOnceItIsReachedAndNotAfterALoneMessage() {
        publish("ann", 1);
        world.step();
        assertThat(world.backlogEnds()).isZero();
        for (long id = 2; id <= 1_201; id++) {
            publish("ann", id);
        }
        world.step();
        assertThat(world.backlogEnds()).as("more wait").isZero();
        world.step();
        assertThat(world.backlogEnds()).isEqualTo(1);
        publish("ann", 1_202);
        world.step();
        assertThat(world.backlogEnds()).as("the batch behind it may have been a part of it").isEqualTo(2);
        publish("ann", 1_203);
        world.step();
        assertThat(world.backlogEnds()).isEqualTo(2);
    }

    private void publish(String user, long... ids) {
        for (long id : ids) {
            world.publish(user, id, "hello");
        }
    }

    static String error(Publication letter) {
        assertThat(new String(letter.body(), StandardCharsets.UTF_8)).isNotEmpty();
        return letter.properties().getHeaders().get("x-error").toString();
    }
}
