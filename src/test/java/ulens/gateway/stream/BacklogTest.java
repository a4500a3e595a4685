package ulens.gateway.stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What sockets have put off while rows followed is asked for at the end of a backlog. */
class BacklogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final DeliveryCounts counts = new DeliveryCounts();
    private final ProofSink nothing = new NoProofs();
    private final CatchUp<Long> catchUp = new CatchUp<>(new EmptyStreams(), (row, _) -> row.seq(), counts, nothing, 10,
            new ReadGate(1), CatchUp.Threads.virtual());
    private final Rooms<Long> rooms = new Rooms<>(new EmptyStreams(), (row, _) -> row.seq(), counts, nothing, catchUp,
            Duration.ofDays(1));

    @BeforeEach
    void start() {
        rooms.start();
        join("ann");
        join("ben");
    }

    @AfterEach
    void stop() {
        rooms.close();
    }

    @Test
    void atTheEndOfABacklogEverySocketAsksForItsProofOnceAndNotBeforeTheLastRow() {
        rooms.offer(stored("ann", 1));
        rooms.offer(stored("ben", 1));
        rooms.offer(stored("ann", 2));
        rooms.backlogEnds();
        await().atMost(PATIENCE).until(() -> seen.size() >= 5);
        assertThat(seen).startsWith("ann 1", "ben 1", "ann 2").hasSize(5).contains("ann hurries", "ben hurries");
    }

    @Test
    void withoutItNoSocketAsksForItsProofBeforeItsTime() {
        rooms.offer(stored("ann", 1));
        rooms.offer(stored("ann", 2));
        await().atMost(PATIENCE).until(() -> seen.size() >= 2);
        assertThat(seen).containsExactly("ann 1", "ann 2");
    }

    private void join(String user) {
        RecordingSink sink = new RecordingSink(user);
        rooms.join(user, sink).subscribe();
        await().atMost(PATIENCE).until(() -> sink.synced);
    }

    private static StoredBatch stored(String user, long seq) {
        return new StoredBatch(List.of(new Delivery(user, 1, seq, seq, "m", null, Instant.EPOCH, null)), 0, Set.of());
    }

    private final class RecordingSink extends OpenSink {
        private final String user;
        private volatile boolean synced;

        RecordingSink(String user) {
            this.user = user;
        }

        @Override
        public void push(List<Long> rows) {
            rows.forEach(seq -> seen.add(user + " " + seq));
        }

        @Override
        public void hurryProof() {
            seen.add(user + " hurries");
        }

        @Override
        public void synced(long replayed, long unread, Position position) {
            synced = true;
        }

    }

    private static final class EmptyStreams implements StreamReader {
        @Override
        public Page page(String userId, long after, long openUntil, int limit) {
            return new Page(List.of(), 1, 0, 0, 0, true);
        }

        @Override
        public Map<String, Head> heads(Collection<String> userIds) {
            return Map.of();
        }
    }

    private static final class NoProofs implements ProofSink {
        @Override
        public void add(Proof proof) {
            throw new AssertionError("nothing was proved");
        }

        @Override
        public void settled(String userId, Settled note) {
            // of no matter here
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
