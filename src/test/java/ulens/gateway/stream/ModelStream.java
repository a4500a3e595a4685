package ulens.gateway.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/**
 * One user's stream as tables {@code inbox} and {@code delivery} keep it, with the rules of their statements, and all
 * that can happen to a database.
 */
final class ModelStream {
    /** A row; ids are never used twice, seq numbers are. */
    record Row(long id, boolean delivered, boolean read) {
        Row received() {
            return new Row(id, true, read);
        }

        Row seen() {
            return new Row(id, true, true);
        }

        boolean open() {
            return !delivered || !read;
        }
    }

    private record Copy(boolean exists, long own, long last, long settled, Map<Long, Row> rows) {
    }

    private final String user;
    private final RandomGenerator random;
    private final List<Copy> dumps = new ArrayList<>();
    private long whole;
    private boolean exists;
    private long own;
    private long last;
    private TreeMap<Long, Row> rows = new TreeMap<>();
    private long ids;
    private long settled;
    private List<Proof> proofs = List.of();
    private ModelDevice proving;
    private AssertionError violation;

    ModelStream(String user, RandomGenerator random) {
        this.user = user;
        this.random = random;
        this.whole = part();
    }

    private long part() {
        return 1 + random.nextLong(1L << 52);
    }

    String user() {
        return user;
    }

    /** A rule is broken. Whoever catches what is thrown here: it is remembered. */
    void violated(String what) {
        violation = violation == null ? new AssertionError(user + ": " + what) : violation;
        throw violation;
    }

    /** Fails if a rule was broken, on whatever thread. */
    void check() {
        if (violation != null) {
            throw violation;
        }
    }

    Head head() {
        return exists ? new Head(last, whole ^ own, false) : Head.NONE;
    }

    NavigableMap<Long, Row> rows() {
        return rows;
    }

    /** Begins with rows that are delivered and read already. */
    void storeSettled(int count) {
        store(count);
        rows.replaceAll((_, row) -> row.seen());
    }

    /** Stores rows in one transaction. */
    List<Delivery> store(int count) {
        if (!exists) {
            exists = true;
            own = part();
        }
        List<Delivery> stored = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.put(++last, new Row(++ids, false, false));
            stored.add(row(last));
        }
        return stored;
    }

    Page page(long after, long openUntil, int limit) {
        List<Delivery> page = rows.tailMap(Math.max(after, Math.min(openUntil, settled)), false).entrySet().stream()
                .filter(row -> row.getKey() > openUntil || row.getValue().open()).limit(limit)
                .map(row -> row(row.getKey())).toList();
        return new Page(page, head().generation(), last, 0, settled, page.size() < limit);
    }

    private Delivery row(long seq) {
        return new Delivery(user, head().generation(), seq, rows.get(seq).id(), "", null, null, null);
    }

    /** A device says, by what this runs, what it has received. */
    void provedBy(ModelDevice device, Runnable action) {
        proving = device;
        action.run();
        proving = null;
    }

    /** Takes a proof, which must be of what its device has been sent. */
    void prove(Proof proof) {
        if (proof.upTo() > proving.furthest(proof.generation())) {
            violated(proof + " is of what was not received");
        }
        if (exists && proof.generation() == head().generation()) {
            checked(proof, proving::has);
        }
        proofs = proof.joinedWith(proofs);
    }

    /** Notes where the open rows begin, as the statement does; no row before may be open. */
    void settle(Settled note) {
        if (exists && note.generation() == head().generation() && note.upTo() <= last) {
            if (rows.headMap(note.upTo(), true).values().stream().anyMatch(Row::open)) {
                violated(note + " hides rows that are open");
            }
            settled = Math.max(settled, note.upTo());
        }
    }

    /** Marks rows as the statement does; every row that it marks must have been received. */
    void mark(LongPredicate received) {
        for (Proof proof : proofs) {
            if (exists && proof.generation() == head().generation() && proof.upTo() <= last) {
                checked(proof, received);
                rows.subMap(proof.after(), false, proof.upTo(), true).replaceAll((_, row) -> row.received());
            }
        }
        proofs = List.of();
    }

    private void checked(Proof proof, LongPredicate received) {
        rows.subMap(proof.after(), false, Math.max(proof.after(), proof.upTo()), true).forEach((seq, row) -> {
            if (!row.delivered() && !received.test(row.id())) {
                violated(row + " at " + seq + " is proved by " + proof + ", and was not received");
            }
        });
    }

    void read(long id) {
        rows.replaceAll((_, row) -> row.id() == id ? row.seen() : row);
    }

    void dump() {
        dumps.add(new Copy(exists, own, last, settled, new TreeMap<>(rows)));
    }

    /** A dump is put back, or a standby promoted: the identity of the database is another one. */
    void restore() {
        if (!dumps.isEmpty()) {
            Copy dump = dumps.get(random.nextInt(dumps.size()));
            exists = dump.exists();
            own = dump.own();
            last = dump.last();
            settled = dump.settled();
            rows = new TreeMap<>(dump.rows());
            whole = part();
        }
    }

    void erase() {
        exists = false;
        last = 0;
        settled = 0;
        rows = new TreeMap<>();
    }

    /** The last rows are gone, and nothing shows it. */
    void loseUnseen(int count) {
        for (int i = 0; i < count && exists && last > 0; i++) {
            rows.remove(last--);
        }
        settled = Math.min(settled, last);
    }
}
