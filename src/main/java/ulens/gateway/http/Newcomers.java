package ulens.gateway.http;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Connections, or sessions, that have not been let in for good yet, oldest first, in all and by address. When room is
 * short one of them has to end: a new one is let in, and the one that has been there longest without doing anything
 * useful is ended.
 * <p>
 * An address that holds half of them or more has to make room for its own new ones, so that a flood from one address
 * ends only connections of that address.
 *
 * @param <T>
 *            the type of the connections
 */
public final class Newcomers<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<T, String> all = new LinkedHashMap<>();
    private final Map<String, LinkedHashSet<T>> byAddress = new HashMap<>();

    /** Creates an empty set. */
    public Newcomers() {
        // nothing to set up
    }

    /**
     * Adds a connection, or makes it the newest one.
     *
     * @param one
     *            the connection
     * @param address
     *            the address that it came from
     */
    public void add(T one, String address) {
        lock.lock();
        try {
            unlink(one);
            all.put(one, address);
            byAddress.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(one);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes a connection that has been let in for good, or has ended.
     *
     * @param one
     *            the connection
     *
     * @return whether it was in the set
     */
    public boolean remove(T one) {
        lock.lock();
        try {
            return unlink(one);
        } finally {
            lock.unlock();
        }
    }

    private boolean unlink(T one) {
        String address = all.remove(one);
        if (address == null) {
            return false;
        }
        byAddress.computeIfPresent(address, (_, neighbours) -> {
            neighbours.remove(one);
            return neighbours.isEmpty() ? null : neighbours;
        });
        return true;
    }

    /**
     * Removes the connection that has to end to make room for a new one.
     *
     * @param address
     *            the address of the new connection
     *
     * @return the connection to end; empty if there is none
     */
    public Optional<T> takeInFavourOf(String address) {
        lock.lock();
        try {
            LinkedHashSet<T> own = byAddress.get(address);
            T victim = own != null && own.size() * 2 >= all.size() ? own.getFirst()
                    : all.isEmpty() ? null : all.keySet().iterator().next();
            if (victim != null) {
                unlink(victim);
            }
            return Optional.ofNullable(victim);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the oldest connection of an address.
     *
     * @param address
     *            the address
     *
     * @return the connection to end; empty if there is none
     */
    public Optional<T> takeOldestOf(String address) {
        lock.lock();
        try {
            LinkedHashSet<T> own = byAddress.get(address);
            Optional<T> oldest = own == null ? Optional.empty() : Optional.of(own.getFirst());
            oldest.ifPresent(this::unlink);
            return oldest;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts the connections of one address.
     *
     * @param address
     *            the address
     *
     * @return their number
     */
    public int of(String address) {
        lock.lock();
        try {
            LinkedHashSet<T> own = byAddress.get(address);
            return own == null ? 0 : own.size();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the number of connections in the set} */
    public int size() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }
}
