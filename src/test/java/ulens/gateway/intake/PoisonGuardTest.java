package ulens.gateway.intake;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A message that ends the process takes its neighbours with it twice, and then only itself, and not for ever. */
class PoisonGuardTest {
    private final IntakeWorld world = new IntakeWorld(100, 100);

    @AfterEach
    void end() {
        world.close();
    }

    @Test
    void aMessageThatEndsTheProcessIsTriedAloneAndIsADeadLetterInTheEnd() {
        world.publish("ann", 1, "hello");
        world.publish("ann", 2, "kill");
        world.publish("ann", 3, "hello");
        int ends = 0;
        while (world.broker.queued() > 0) {
            ends += world.step() ? 0 : 1;
            assertThat(ends).isLessThan(10);
        }
        assertThat(world.streams.attempts()).containsExactly(List.of(1L, 2L, 3L), List.of(1L, 2L, 3L), List.of(1L),
                List.of(2L), List.of(2L), List.of(2L), List.of(3L));
        assertThat(world.streams.rows("ann")).containsExactly(1L, 3L);
        assertThat(world.broker.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(BatchProcessorTest.error(letter))
                        .isEqualTo("the gateway ended 3 times while it stored this alone"));
        assertThat(world.attempts.size()).as("all are settled").isZero();
    }

    @Test
    void whatIsRedeliveredForTheFirstTimeIsStoredTogether() {
        world.publish("ann", 1, "hello");
        world.publish("ann", 2, "hello");
        world.broker.deliver();
        world.broker.cut();
        world.step();
        assertThat(world.streams.attempts()).containsExactly(List.of(1L, 2L));
        assertThat(world.attempts.size()).isZero();
    }

    @Test
    void whatIsDeliveredForTheFirstTimeIsNotLookedUp() {
        world.attempts.away(true);
        world.publish("ann", 1, "hello");
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L);
    }

    @Test
    void redeliveredMessagesWaitWhileTheyCannotBeLookedUpAndAreGivenBackInTheEnd() {
        world.publish("ann", 1, "hello");
        world.broker.deliver();
        world.broker.cut();
        world.attempts.away(true);
        world.step();
        assertThat(world.streams.attempts()).isEmpty();
        assertThat(world.broker.isTaking()).isFalse();
        world.attempts.away(false);
        world.step();
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L);
    }

    @Test
    void aSuspectWhoseRowIsLockedIsNotAcknowledgedBeforeItIsStored() {
        suspect();
        world.streams.locks().add("ann");
        world.step();
        assertThat(world.broker.queued()).isEqualTo(1);
        world.streams.locks().clear();
        world.clock.pass(TimeUnit.SECONDS.toNanos(3));
        world.step();
        assertThat(world.streams.rows("ann")).containsExactly(1L);
        assertThat(world.broker.queued()).isZero();
    }

    @Test
    void aSuspectThatIsStoredAloneIsAcknowledgedAndForgotten() {
        suspect();
        world.publish("ann", 2, "hello");
        world.step();
        assertThat(world.streams.attempts()).containsExactly(List.of(1L), List.of(2L));
        assertThat(world.broker.queued()).isZero();
        assertThat(world.attempts.size()).isZero();
    }

    /** A message that was in hand when two processes ended. */
    private void suspect() {
        world.publish("ann", 1, "hello");
        world.broker.deliver();
        world.broker.cut();
        world.streams.away(true);
        world.clock.meanwhile(_ -> world.stop());
        world.step();
        world.streams.away(false);
        world.streams.attempts().clear();
        world.restart();
        world.clock.meanwhile(_ -> {
        });
    }
}
