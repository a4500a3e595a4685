package ulens.gateway.engineio;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and limits sessions, in all and by the address of their peer. */
final class SessionCount {
    private final int max;
    private final int maxPerAddress;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    SessionCount(int max, int maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /** {@return whether there was room for one more session, which is counted then} */
    boolean add(String address) {
        if (total.incrementAndGet() > max) {
            total.decrementAndGet();
            return false;
        }
        boolean[] added = new boolean[1];
        byAddress.compute(address, (key, count) -> {
            int before = count == null ? 0 : count;
            added[0] = before < maxPerAddress;
            return added[0] ? Integer.valueOf(before + 1) : count;
        });
        if (!added[0]) {
            total.decrementAndGet();
        }
        return added[0];
    }

    boolean isFull(String address) {
        return total.get() >= max || byAddress.getOrDefault(address, 0) >= maxPerAddress;
    }

    boolean isFullFor(String address) {
        return byAddress.getOrDefault(address, 0) >= maxPerAddress;
    }

    void remove(String address) {
        total.decrementAndGet();
        byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }

    int total() {
        return total.get();
    }
}
