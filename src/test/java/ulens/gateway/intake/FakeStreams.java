package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.stream.Delivery;
import ulens.gateway.stream.NewDelivery;
import ulens.gateway.stream.StoredBatch;
import ulens.gateway.stream.StreamWriter;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tables as lists. A text that begins with a SQLSTATE makes the transaction fail with it, one that begins with "kill"
 * ends the process.
 */
final class FakeStreams implements StreamWriter {
    private final Map<String, List<Long>> rows = new LinkedHashMap<>();
    private final List<List<Long>> attempts = new ArrayList<>();
    private final Set<String> locked = new HashSet<>();
    private final Set<String> invisiblyLocked = new HashSet<>();
    private boolean away;
    private Runnable meanwhile = () -> {
    };

    /** The process has ended. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    static DbClientException failure(String state) {
        return new DbClientException("failed", new SQLException("refused", state));
    }

    /** What happens while a statement is on its way, and while its answer is. */
    void meanwhile(Runnable action) {
        meanwhile = action;
    }

    void away(boolean now) {
        away = now;
    }

    boolean isAway() {
        return away;
    }

    Set<String> locks() {
        return locked;
    }

    /** Locks that only a wait in vain tells of. */
    Set<String> invisibleLocks() {
        return invisiblyLocked;
    }

    /** {@return ids by user, in the order of seq} */
    List<Long> rows(String user) {
        return rows.getOrDefault(user, List.of());
    }

    /** {@return the ids of each transaction, of failed ones too} */
    List<List<Long>> attempts() {
        return attempts;
    }

    @Override
    public StoredBatch store(List<NewDelivery> batch) {
        meanwhile.run();
        attempts.add(batch.stream().map(NewDelivery::notificationId).toList());
        if (away) {
            throw failure("08006");
        }
        for (NewDelivery row : batch) {
            if (locked.contains(row.userId()) || invisiblyLocked.contains(row.userId())) {
                throw failure("55P03");
            }
        }
        for (NewDelivery row : batch) {
            if (row.message().startsWith("kill")) {
                throw new Killed();
            }
            if (row.message().matches("[0-9A-Z]{5} .*")) {
                throw failure(row.message().substring(0, 5));
            }
        }
        List<Delivery> stored = new ArrayList<>();
        Set<String> duplicateUsers = new HashSet<>();
        for (NewDelivery row : batch) {
            List<Long> ids = rows.computeIfAbsent(row.userId(), _ -> new ArrayList<>());
            if (ids.contains(row.notificationId())) {
                duplicateUsers.add(row.userId());
            } else {
                ids.add(row.notificationId());
                stored.add(new Delivery(row.userId(), 1, ids.size(), row.notificationId(), row.message(), null,
                        Instant.EPOCH, null));
            }
        }
        meanwhile.run();
        return new StoredBatch(stored, batch.size() - stored.size(), duplicateUsers);
    }

    @Override
    public Set<String> locked(Collection<String> userIds) {
        meanwhile.run();
        if (away) {
            throw failure("08006");
        }
        Set<String> those = new HashSet<>(userIds);
        those.retainAll(locked);
        meanwhile.run();
        return those;
    }
}
