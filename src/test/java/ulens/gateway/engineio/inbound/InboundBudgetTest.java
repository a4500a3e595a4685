package ulens.gateway.engineio.inbound;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class InboundBudgetTest {
    private final InboundBudget budget = new InboundBudget(1_000);
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final InboundShare stranger = new InboundShare(budget, 100, false, open::get);
    private final InboundShare friend = new InboundShare(budget, 100, true, open::get);

    @Test
    void strangersGetAQuarterTogetherAndAreRefusedBeyondIt() {
        InboundShare another = new InboundShare(budget, 100, false, open::get);
        assertThat(stranger.take(200)).isTrue();
        assertThat(another.take(50)).isTrue();
        assertThat(another.take(1)).isFalse();
        assertThat(budget.refusals()).isEqualTo(1);
        assertThat(friend.take(750)).as("all the rest is for the others").isTrue();
        stranger.give(1);
        assertThat(another.take(1)).isTrue();
        assertThat(budget.held()).isEqualTo(1_000);
    }

    @Test
    void whatIsHeldMovesWithTheTrust() {
        assertThat(stranger.take(250)).isTrue();
        stranger.trust(500);
        assertThat(stranger.limit()).isEqualTo(500);
        assertThat(budget.heldByStrangers()).isZero();
        assertThat(stranger.take(700)).isTrue();
        stranger.distrust(10);
        assertThat(budget.heldByStrangers()).isEqualTo(950);
        stranger.give(950);
        assertThat(budget.held()).isZero();
        assertThat(budget.heldByStrangers()).isZero();
    }

    @Test
    void friendsWaitUntilThereIsRoom() {
        InboundShare another = new InboundShare(budget, 100, true, open::get);
        assertThat(friend.take(900)).isTrue();
        AtomicBoolean taken = new AtomicBoolean();
        Thread.startVirtualThread(() -> taken.set(another.take(200)));
        await().until(() -> budget.waits() == 1);
        assertThat(taken).isFalse();
        friend.give(100);
        await().untilTrue(taken);
        assertThat(budget.held()).isEqualTo(1_000);
        assertThat(budget.refusals()).isZero();
    }

    @Test
    void whoCanNeverBeServedOrIsGoneDoesNotWait() {
        assertThat(friend.take(1_001)).as("more than there is").isFalse();
        assertThat(friend.take(1_000)).isTrue();
        open.set(false);
        assertThat(new InboundShare(budget, 100, true, open::get).take(1)).isFalse();
        assertThat(budget.held()).isEqualTo(1_000);
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        assertThat(friend.take(1_000)).isTrue();
        AtomicInteger outcome = new AtomicInteger();
        Thread waiting = Thread.startVirtualThread(
                () -> outcome.set(friend.take(1) ? 1 : Thread.currentThread().isInterrupted() ? 2 : 3));
        await().until(() -> budget.waits() == 1);
        waiting.interrupt();
        waiting.join();
        assertThat(outcome).hasValue(2);
    }

    @Test
    void thoseWhoShouldGoAreAskedToWhileSomebodyWaits() {
        budget.relief(() -> {
            if (friend.held() > 0) {
                friend.give(friend.held());
            }
        });
        assertThat(friend.take(1_000)).isTrue();
        assertThat(new InboundShare(budget, 100, true, open::get).take(600)).isTrue();
        assertThat(budget.held()).isEqualTo(600);
    }

    @Test
    void strangersThatHoldAnythingShouldGoAndFriendsThatFinishNothing() {
        InboundBudget patience = new InboundBudget(1_000, Duration.ofHours(1));
        InboundShare unknown = new InboundShare(patience, 100, false, open::get);
        InboundShare patient = new InboundShare(patience, 100, true, open::get);
        InboundShare slow = new InboundShare(new InboundBudget(1_000, Duration.ZERO), 100, true, open::get);
        assertThat(unknown.shouldGo()).as("holds nothing").isFalse();
        assertThat(slow.shouldGo()).as("holds nothing").isFalse();
        assertThat(unknown.take(10) && patient.take(10) && slow.take(10)).isTrue();
        assertThat(unknown.shouldGo()).isTrue();
        assertThat(patient.shouldGo()).isFalse();
        await().until(slow::shouldGo);
    }

    /** 32 holders at once, 200,000 steps: never more than there is, and in the end all has been given back. */
    @Test
    void whateverHappensTheSumsAreRight() throws Exception {
        InboundBudget shared = new InboundBudget(10_000);
        AtomicInteger wrong = new AtomicInteger();
        List<Thread> holders = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Random random = new Random(i);
            holders.add(Thread.startVirtualThread(() -> hold(shared, random, wrong)));
        }
        for (Thread holder : holders) {
            holder.join();
        }
        assertThat(wrong).hasValue(0);
        assertThat(shared.held()).isZero();
        assertThat(shared.heldByStrangers()).isZero();
    }

    private static void hold(InboundBudget shared, Random random, AtomicInteger wrong) {
        InboundShare share = new InboundShare(shared, 1, random.nextBoolean(), () -> true);
        for (int step = 0; step < 6_250; step++) {
            long bytes = random.nextInt(400);
            // nobody holds anything while waiting, so nobody waits for ever
            if (share.take(bytes)) {
                if (shared.held() > shared.total()) {
                    wrong.incrementAndGet();
                }
                switch (random.nextInt(4)) {
                    case 0 -> share.trust(1);
                    case 1 -> share.distrust(1);
                    default -> Thread.yield();
                }
                share.give(bytes);
            }
        }
    }
}
