package ulens.gateway.stream;

import ulens.gateway.database.SqlTime;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** A batch as the columns that one statement binds. */
final class Batch {
    private final List<NewDelivery> rows;
    private final long[] seqs;
    private final long[] generations;
    private final String[] users;
    private final long[] counts;
    private final long[] fresh;

    private Batch(List<NewDelivery> rows, SortedMap<String, long[]> perUser) {
        this.rows = rows;
        this.seqs = new long[rows.size()];
        this.generations = new long[rows.size()];
        this.users = perUser.keySet().toArray(String[]::new);
        this.counts = perUser.values().stream().mapToLong(count -> count[0]).toArray();
        this.fresh = perUser.values().stream().mapToLong(count -> count[1]).toArray();
    }

    /** The rows are sorted by user: so the database finds each user's place in its indexes once, and still at hand. */
    static Batch of(List<NewDelivery> rows) {
        SortedMap<String, long[]> perUser = new TreeMap<>();
        for (NewDelivery row : rows) {
            long[] count = perUser.computeIfAbsent(row.userId(), _ -> new long[2]);
            count[0]++;
            count[1] += row.readAt() == null ? 1 : 0;
        }
        return new Batch(rows.stream().sorted(Comparator.comparing(NewDelivery::userId)).toList(), perUser);
    }

    /** Gives each row its seq, and the generation that it is of, now that the heads are known. */
    void number(Map<String, Head> heads) {
        Map<String, Long> next = new HashMap<>();
        for (int i = 0; i < users.length; i++) {
            next.put(users[i], head(heads, users[i]).seq() - counts[i]);
        }
        for (int i = 0; i < seqs.length; i++) {
            seqs[i] = next.merge(rows.get(i).userId(), 1L, Long::sum);
            generations[i] = head(heads, rows.get(i).userId()).generation();
        }
    }

    private static Head head(Map<String, Head> heads, String user) {
        return Objects.requireNonNull(heads.get(user), "no head");
    }

    int size() {
        return rows.size();
    }

    NewDelivery row(int index) {
        return rows.get(index);
    }

    /** Distinct users, sorted. */
    String[] users() {
        return users;
    }

    /** Rows per user. */
    long[] counts() {
        return counts;
    }

    /** Unread rows per user. */
    long[] fresh() {
        return fresh;
    }

    long[] seqs() {
        return seqs;
    }

    /** The generation of each row's stream. */
    long[] generations() {
        return generations;
    }

    String[] userIds() {
        return texts(NewDelivery::userId);
    }

    long[] notificationIds() {
        return rows.stream().mapToLong(NewDelivery::notificationId).toArray();
    }

    String[] messages() {
        return texts(NewDelivery::message);
    }

    String[] metadata() {
        return texts(NewDelivery::metadata);
    }

    String[] sentAts() {
        return texts(row -> SqlTime.text(row.sentAt()));
    }

    String[] readAts() {
        return texts(row -> SqlTime.text(row.readAt()));
    }

    private String[] texts(Function<NewDelivery, String> field) {
        return rows.stream().map(field).toArray(String[]::new);
    }
}
