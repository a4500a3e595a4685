package ulens.gateway.stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Proofs are gathered and written; whose rows are locked waits apart; what failed is written again. */
@Timeout(60)
class ProofWriterTest {
    private final Store store = new Store();
    private final DeliveryCounts counts = new DeliveryCounts();
    private final ProofWriter proofs = new ProofWriter(store, counts);

    /** Marks one row for each proof. */
    private static final class Store implements ProofStore {
        private final Semaphore turns = new Semaphore(0);
        private final Set<String> locked = ConcurrentHashMap.newKeySet();
        private final List<Proof> marked = new CopyOnWriteArrayList<>();
        private final List<Map<String, Settled>> settled = new CopyOnWriteArrayList<>();
        private volatile boolean away;
        private volatile int tries;

        @Override
        public Marked markDelivered(Collection<Proof> proofs) {
            turns.acquireUninterruptibly();
            return mark(proofs);
        }

        @Override
        public Marked markUnlocked(Collection<Proof> proofs) {
            return mark(proofs);
        }

        private Marked mark(Collection<Proof> proofs) {
            fail();
            List<Proof> free = proofs.stream().filter(proof -> !locked.contains(proof.userId())).toList();
            marked.addAll(free);
            return new Marked(free.size(),
                    proofs.stream().map(Proof::userId).filter(locked::contains).collect(Collectors.toSet()));
        }

        @Override
        public void settle(Map<String, Settled> upTo) {
            fail();
            turns.acquireUninterruptibly();
            settled.add(Map.copyOf(upTo));
        }

        private void fail() {
            tries++;
            if (away) {
                throw new IllegalStateException("made up");
            }
        }
    }

    @AfterEach
    void close() {
        store.turns.release(1_000_000);
        store.away = false;
        store.locked.clear();
        proofs.close();
    }

    private static Proof proof(String user, long after, long upTo) {
        return new Proof(user, 1, after, upTo);
    }

    @Test
    void proofsOfAUserAreJoinedAndManyUsersAreWrittenTogether() {
        proofs.add(proof("first", 0, 1));
        await().until(store.turns::hasQueuedThreads);
        proofs.add(proof("a", 0, 2));
        proofs.add(proof("b", 0, 1));
        proofs.add(proof("a", 2, 3));
        proofs.add(proof("a", 7, 9));
        store.turns.release(2);
        await().until(() -> store.marked.size() == 4);
        assertThat(store.marked).containsExactly(proof("first", 0, 1), proof("a", 0, 3), proof("a", 7, 9),
                proof("b", 0, 1));
        await().until(() -> counts.delivered() == 4);
    }

    @Test
    void whoseRowsAreLockedIsTriedAgainWithoutHoldingUpOthers() {
        store.turns.release(1_000_000);
        store.locked.add("a");
        proofs.add(proof("a", 0, 1));
        proofs.add(proof("b", 0, 1));
        await().until(() -> store.marked.contains(proof("b", 0, 1)));
        assertThat(store.marked).doesNotContain(proof("a", 0, 1));
        store.locked.clear();
        await().until(() -> store.marked.contains(proof("a", 0, 1)));
        await().until(() -> counts.delivered() == 2);
    }

    @Test
    void proofsThatCouldNotBeWrittenAreWrittenLater() {
        store.turns.release(1_000_000);
        store.away = true;
        proofs.add(proof("a", 0, 1));
        await().until(() -> store.tries > 0);
        store.away = false;
        await().until(() -> store.marked.equals(List.of(proof("a", 0, 1))));
    }

    @Test
    void ofTheNotesOfAUserTheOneThatSaysMostIsWritten() {
        proofs.settled("first", new Settled(1, 100));
        await().until(store.turns::hasQueuedThreads);
        proofs.settled("a", new Settled(1, 200));
        proofs.settled("a", new Settled(1, 100));
        proofs.settled("b", new Settled(1, 300));
        proofs.settled("b", new Settled(2, 100));
        store.turns.release(2);
        await().until(() -> store.settled.size() == 2);
        assertThat(store.settled.getLast()).isEqualTo(Map.of("a", new Settled(1, 200), "b", new Settled(2, 100)));
    }

    @Test
    void aNoteThatFailsIsNotRepeated() {
        store.turns.release(1_000_000);
        store.away = true;
        proofs.settled("a", new Settled(1, 200));
        await().until(() -> store.tries > 0);
        store.away = false;
        proofs.settled("b", new Settled(1, 300));
        await().until(() -> !store.settled.isEmpty());
        assertThat(store.settled).containsExactly(Map.of("b", new Settled(1, 300)));
    }

    @Test
    void theEndWritesWhatHasBeenProved() {
        store.turns.release(1_000_000);
        proofs.add(proof("a", 0, 1));
        proofs.close();
        assertThat(store.marked).containsExactly(proof("a", 0, 1));
    }
}
