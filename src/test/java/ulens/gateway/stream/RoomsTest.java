package ulens.gateway.stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The rooms with the threads that serve them; what happens in which order is the model's ({@link StreamModelTest}). */
@Timeout(60)
class RoomsTest {
    private final List<Task> others = Task.all();
    private final DeliveryCounts counts = new DeliveryCounts();
    private final Streams streams = new Streams();
    private final Notes proofs = new Notes();
    private final Rooms<Long> rooms = new Rooms<>(streams, (row, _) -> row.seq(), counts, proofs, new CatchUp<>(streams,
            (row, _) -> row.seq(), counts, proofs, 10, new ReadGate(2), CatchUp.Threads.virtual()),
            Duration.ofMillis(20));

    /** Every user's stream has rows from 1 to its head. */
    private static final class Streams implements StreamReader {
        private final Map<String, Long> heads = new ConcurrentHashMap<>();
        private final List<Integer> asked = new CopyOnWriteArrayList<>();
        private volatile RuntimeException failure;
        private volatile long settled;

        @Override
        public Page page(String userId, long after, long openUntil, int limit) {
            if (failure != null) {
                throw failure;
            }
            long head = heads.getOrDefault(userId, 0L);
            long from = Math.max(after, openUntil == Long.MAX_VALUE ? settled : after);
            List<Delivery> rows = LongStream.rangeClosed(from + 1, Math.min(head, from + limit))
                    .mapToObj(seq -> row(userId, seq)).toList();
            return new Page(rows, 1, head, head, 0, from + limit >= head);
        }

        @Override
        public Map<String, Head> heads(Collection<String> userIds) {
            asked.add(userIds.size());
            Map<String, Head> found = new ConcurrentHashMap<>();
            userIds.stream().filter(heads::containsKey)
                    .forEach(user -> found.put(user, new Head(heads.get(user), 1, false)));
            return found;
        }
    }

    private static final class Notes implements ProofSink {
        private final List<Proof> proofs = new CopyOnWriteArrayList<>();
        private final List<Settled> settled = new CopyOnWriteArrayList<>();
        private volatile boolean closed;

        @Override
        public void add(Proof proof) {
            proofs.add(proof);
        }

        @Override
        public void settled(String userId, Settled note) {
            settled.add(note);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** A client that takes everything and proves it when it is asked to hurry. */
    private static final class Client extends OpenSink {
        private final List<Long> pushed = new CopyOnWriteArrayList<>();
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final List<Runnable> receipts = new CopyOnWriteArrayList<>();
        private volatile boolean dropped;

        @Override
        public void push(List<Long> rows) {
            pushed.addAll(rows);
        }

        @Override
        public void whenReceived(Runnable action) {
            receipts.add(action);
        }

        @Override
        public void hurryProof() {
            receipts.forEach(Runnable::run);
            told.add("hurried");
        }

        @Override
        public void drop() {
            dropped = true;
        }

        @Override
        public void synced(long replayed, long unread, Position position) {
            told.add("synced " + replayed + " at " + position.seq());
        }

        @Override
        public void subscribed(long unread) {
            told.add("subscribed " + unread);
        }
    }

    private static Delivery row(String user, long seq) {
        return new Delivery(user, 1, seq, seq, "text", null, null, null);
    }

    private static StoredBatch stored(Delivery... rows) {
        return new StoredBatch(List.of(rows), 0, Set.of());
    }

    @BeforeEach
    void start() {
        streams.heads.put("ann", 25L);
        rooms.start();
    }

    @AfterEach
    void close() {
        rooms.close();
    }

    private Client live() {
        Client client = new Client();
        rooms.join("ann", client).subscribe();
        await().until(() -> client.told.contains("synced 25 at 25"));
        return client;
    }

    @Test
    void aSubscriptionIsReplayedInPagesAndThenHearsWhatIsOffered() {
        Client client = live();
        assertThat(client.told).containsExactly("subscribed 25", "synced 25 at 25");
        streams.heads.put("ann", 27L);
        rooms.offer(stored(row("ann", 26), row("nobody", 1), row("ann", 27)));
        await().until(() -> client.pushed.size() == 27);
        assertThat(client.pushed).isEqualTo(LongStream.rangeClosed(1, 27).boxed().toList());
        // what is offered while the replay is just ending is read from the table as well
        assertThat(counts.replayed()).isBetween(25L, 27L);
        await().until(() -> counts.pushed() == 27);
    }

    @Test
    void afterABacklogTheProofsThatWerePutOffAreAskedFor() {
        Client client = live();
        streams.heads.put("ann", 26L);
        rooms.offer(stored(row("ann", 26)));
        rooms.backlogEnds();
        await().until(() -> client.told.contains("hurried"));
        assertThat(proofs.proofs.getLast().upTo()).isEqualTo(26);
    }

    @Test
    void aLostHintIsFoundByTheSweep() {
        Client client = live();
        streams.heads.put("ann", 26L);
        await().until(() -> client.pushed.contains(26L));
    }

    @Test
    void theSweepAsksForNoMoreThanAThousandUsersAtOnce() {
        for (int i = 0; i < 1_001; i++) {
            rooms.join("user-" + i, new Client());
        }
        assertThat(rooms.users()).isEqualTo(1_001);
        streams.asked.clear();
        await().until(() -> streams.asked.contains(1_000) && streams.asked.contains(1));
        assertThat(streams.asked).allMatch(users -> users <= 1_000);
    }

    @Test
    void aRoomIsThereAsLongAsSomebodyIsInIt() {
        Cursor<Long> one = rooms.join("ann", new Client());
        Cursor<Long> other = rooms.join("ann", new Client());
        assertThat(rooms.users()).isEqualTo(1);
        rooms.leave(one);
        assertThat(rooms.users()).isEqualTo(1);
        rooms.leave(other);
        assertThat(rooms.users()).isZero();
    }

    @Test
    void whatBreaksAReplayCutsTheConnection() {
        streams.failure = new IllegalStateException("made up");
        Client client = new Client();
        rooms.join("ann", client).subscribe();
        await().until(() -> client.dropped);
        assertThat(Task.failures("replay")).isPositive();
    }

    @Test
    void manySettledRowsAreNotedSoThatTheNextSubscriptionDoesNotReadThem() {
        streams.heads.put("ann", 205L);
        streams.settled = 100;
        Client client = new Client();
        rooms.join("ann", client).subscribe();
        await().until(() -> client.told.stream().anyMatch(told -> told.startsWith("synced")));
        assertThat(proofs.settled).containsExactly(new Settled(1, 100));
    }

    @Test
    void fewSettledRowsAreNotWorthANote() {
        streams.heads.put("ann", 200L);
        streams.settled = 99;
        Client client = new Client();
        rooms.join("ann", client).subscribe();
        await().until(() -> client.told.stream().anyMatch(told -> told.startsWith("synced")));
        assertThat(proofs.settled).isEmpty();
    }

    @Test
    void theEndIsTheEndOfAllItsWork() {
        rooms.close();
        assertThat(proofs.closed).isTrue();
        // by name, since other tests run beside this one
        await().until(() -> Task.all().stream().filter(task -> !others.contains(task)).map(Task::name)
                .noneMatch(Set.of("offer-new-rows", "sweep", "replay")::contains));
        Client late = new Client();
        rooms.join("ann", late).subscribe();
        assertThat(late.told).isEmpty();
    }
}
