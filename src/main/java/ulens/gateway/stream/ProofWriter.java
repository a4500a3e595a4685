package ulens.gateway.stream;

import ulens.gateway.stream.ProofStore.Marked;
import ulens.gateway.work.BatchTarget;
import ulens.gateway.work.BatchTarget.Outcome;
import ulens.gateway.work.GroupWriter;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gathers proofs of receipt and marks their rows delivered, many users in one statement; notes beside it where users'
 * open rows begin. Bounded by the number of users on line: a few ranges per user, one as a rule. While the database is
 * away the proofs wait.
 * <p>
 * Where somebody else holds a lock on a row for longer than a moment, the proofs of that row's user are set aside and
 * tried again without waiting for the lock, so that nobody else's wait. No more than {@value #MOST_LOCKED} users are
 * set aside; the rows of those beyond stay undelivered and come again, which is safe.
 */
final class ProofWriter implements ProofSink {
    private static final System.Logger LOGGER = System.getLogger(ProofWriter.class.getName());
    static final int MOST_LOCKED = 10_000;

    private static final String PREFIX = "[GATEWAY][DB]";
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final GroupWriter<String, List<Proof>> marks;
    private final GroupWriter<String, Settled> notes;

    ProofWriter(ProofStore table, DeliveryCounts counts) {
        this.marks = GroupWriter
                .of(Task.of(LOGGER, PREFIX, "mark-delivered"), ProofWriter::joined, new Marking(table, counts))
                .gather(GATHER).setAside(Task.of(LOGGER, PREFIX, "mark-locked-rows"),
                        "users have rows that somebody else has locked; their marks wait", MOST_LOCKED)
                .start();
        this.notes = GroupWriter.<String, Settled> of(Task.of(LOGGER, PREFIX, "note-settled-rows"),
                (earlier, note) -> note.or(earlier), new Noting(table)).gather(GATHER).start();
    }

    @Override
    public void add(Proof proof) {
        marks.add(proof.userId(), List.of(proof));
    }

    @Override
    public void settled(String userId, Settled note) {
        notes.add(userId, note);
    }

    private static List<Proof> joined(List<Proof> older, List<Proof> newer) {
        List<Proof> all = older;
        for (Proof proof : newer) {
            all = proof.joinedWith(all);
        }
        return all;
    }

    /**
     * Marks what is proved already, then ends. What can't be marked now stays undelivered and comes again: that is
     * safe, waiting longer is not.
     */
    @Override
    public void close() {
        notes.end();
        marks.close(CLOSING);
        notes.close(Duration.ZERO);
    }

    /**
     * Rows of many users in one statement. A row that was marked before stays as it is, so that all of it is repeated.
     */
    private record Marking(ProofStore table, DeliveryCounts counts) implements BatchTarget<String, List<Proof>> {
        @Override
        public Outcome<String> write(Map<String, List<Proof>> batch) {
            List<Proof> proofs = proofs(batch);
            return new Outcome<>(counted(table.markDelivered(proofs), proofs), true);
        }

        @Override
        public Set<String> writeAside(Map<String, List<Proof>> aside) {
            List<Proof> proofs = proofs(aside);
            return counted(table.markUnlocked(proofs), proofs);
        }

        private static List<Proof> proofs(Map<String, List<Proof>> users) {
            return users.values().stream().flatMap(List::stream).toList();
        }

        private Set<String> counted(Marked marked, List<Proof> proofs) {
            counts.delivered(marked.rows());
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] {0} rows delivered, by {1} proofs", marked.rows(),
                    proofs.size());
            return marked.locked();
        }
    }

    /** A note only saves time: what fails is not repeated, since the next subscription notes it again. */
    private record Noting(ProofStore table) implements BatchTarget<String, Settled> {
        @Override
        public Outcome<String> write(Map<String, Settled> batch) {
            table.settle(batch);
            return Outcome.written();
        }

        @Override
        public Map<String, Settled> failed(Map<String, Settled> batch, Throwable failure) {
            return Map.of();
        }
    }
}
