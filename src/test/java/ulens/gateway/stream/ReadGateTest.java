package ulens.gateway.stream;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Few reads at one time, first pages before later ones, and nobody for ever at the end. */
class ReadGateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();
    private int sent;

    @Test
    void noMoreReadAtOneTimeThanItIsFor() throws InterruptedException {
        ReadGate gate = new ReadGate(2);
        gate.enter(true);
        gate.enter(false);
        enter(gate, true, "third");
        assertThat(entered).isEmpty();
        gate.leave();
        assertThat(next()).isEqualTo("third");
        assertThat(gate.waiting()).isZero();
        enter(gate, true, "fourth");
        assertThat(entered).isEmpty();
    }

    @Test
    void placesThatNobodyWaitsForAreKept() throws InterruptedException {
        ReadGate gate = new ReadGate(1);
        for (int i = 0; i < 10; i++) {
            gate.enter(i % 2 == 0);
            gate.leave();
        }
        gate.enter(true);
        enter(gate, true, "second");
        assertThat(entered).isEmpty();
    }

    @Test
    void firstPagesGoFirstAndEveryFourthReadIsALaterOne() throws InterruptedException {
        ReadGate gate = new ReadGate(1);
        gate.enter(true);
        for (int i = 0; i < 3; i++) {
            enter(gate, false, "later " + i);
        }
        for (int i = 0; i < 7; i++) {
            enter(gate, true, "first " + i);
        }
        List<String> order = IntStream.range(0, 10).mapToObj(_ -> {
            gate.leave();
            return next();
        }).toList();
        assertThat(order).containsExactly("first 0", "first 1", "first 2", "later 0", "first 3", "first 4", "first 5",
                "later 1", "first 6", "later 2");
    }

    @Test
    void whoGivesUpTakesNoPlace() throws InterruptedException {
        ReadGate gate = new ReadGate(1);
        gate.enter(true);
        Thread impatient = enter(gate, true, "impatient");
        enter(gate, true, "patient");
        impatient.interrupt();
        await().atMost(PATIENCE).until(() -> gate.waiting() == 1);
        gate.leave();
        assertThat(next()).isEqualTo("patient");
        gate.leave();
        gate.enter(true);
        assertThat(gate.waiting()).isZero();
    }

    /** Returns once it waits. */
    private Thread enter(ReadGate gate, boolean first, String name) {
        int before = gate.waiting();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                gate.enter(first);
                entered.add(name);
            } catch (InterruptedException _) {
                // it has given up
            }
        });
        sent++;
        await("waiting, of " + sent).atMost(PATIENCE).until(() -> gate.waiting() == before + 1);
        return thread;
    }

    private String next() {
        try {
            return entered.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
