package ulens.gateway.inbox;

import io.helidon.dbclient.DbClientException;

import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Rows of users in memory. A transaction can be held up, and fails if one of its users has a failure. */
final class MemoryReceipts implements ReceiptStore {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** The users of each transaction, when it begins. */
    final BlockingQueue<List<String>> begun = new LinkedBlockingQueue<>();
    final Semaphore turns = new Semaphore(0);
    final Map<String, Throwable> failures = new ConcurrentHashMap<>();
    private final Map<String, Set<Long>> rows = new ConcurrentHashMap<>();
    private final Map<String, Set<Long>> unread = new ConcurrentHashMap<>();

    static DbClientException failure(String state) {
        return new DbClientException("made up", new SQLException("made up", state));
    }

    void store(String userId, long last) {
        rows.put(userId, LongStream.rangeClosed(1, last).boxed().collect(Collectors.toSet()));
        unread.put(userId, new TreeSet<>(rows.get(userId)));
    }

    void goOn() {
        turns.release(1_000_000);
    }

    @Override
    public Map<String, Read> read(List<Request> requests) {
        begun.add(requests.stream().map(Request::userId).toList());
        turns.acquireUninterruptibly();
        requests.forEach(request -> {
            switch (failures.get(request.userId())) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> {
                }
            }
        });
        return requests.stream().collect(Collectors.toMap(Request::userId, this::read));
    }

    private Read read(Request request) {
        Set<Long> known = new LinkedHashSet<>(new TreeSet<>(request.ids()));
        known.retainAll(rows.getOrDefault(request.userId(), Set.of()));
        Set<Long> left = unread.getOrDefault(request.userId(), Set.of());
        List<Long> changed = known.stream().filter(left::contains).toList();
        changed.forEach(left::remove);
        return new Read(known, changed, known.isEmpty() ? null : NOW, left.size());
    }

    @Override
    public End end(String userId) {
        return new End(rows.getOrDefault(userId, Set.of()).size(), 7);
    }

    @Override
    public Set<Long> unreadIds(String userId, End upTo, int limit) {
        return unread.getOrDefault(userId, Set.of()).stream().filter(id -> id <= upTo.seq()).limit(limit)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
