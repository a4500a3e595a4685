package ulens.gateway.faults;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The notifications that were published and confirmed by the broker, and must not be lost. */
final class Ledger {
    private static final long STRIDE = 10_000_000;

    private final List<String> users;
    private final Map<String, AtomicLong> next = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> confirmed = new ConcurrentHashMap<>();

    /** Gives each user a range of ids of its own. */
    Ledger(List<String> users) {
        this.users = users;
        for (int i = 0; i < users.size(); i++) {
            next.put(users.get(i), new AtomicLong(STRIDE * (i + 1)));
            confirmed.put(users.get(i), new CopyOnWriteArrayList<>());
        }
    }

    List<String> users() {
        return users;
    }

    /** {@return whether an id is one of this user's} */
    boolean mine(String user, long id) {
        return id / STRIDE == users.indexOf(user) + 1;
    }

    long nextId(String user) {
        return next.get(user).incrementAndGet();
    }

    void confirmed(String user, List<Long> ids) {
        confirmed.get(user).addAll(ids);
    }

    List<Long> of(String user) {
        return confirmed.get(user);
    }

    long size() {
        return confirmed.values().stream().mapToLong(List::size).sum();
    }
}
