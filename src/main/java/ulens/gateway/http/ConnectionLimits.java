package ulens.gateway.http;

import ulens.gateway.limits.TokenBuckets;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The limits of one listener on connections and on the memory of unfinished heads: which connection is let in, which
 * one has to end for another, and how many have ended in which way.
 */
final class ConnectionLimits implements Guard.Door {
    private static final int HEAD_PART_OF_HEAP = 64;

    private final HttpLimits limits;
    private final long mostHeld = Runtime.getRuntime().maxMemory() / HEAD_PART_OF_HEAP;
    private final TokenBuckets opened;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong held = new AtomicLong();
    private final Newcomers<Guard> newcomers = new Newcomers<>();
    private final Newcomers<Guard> holders = new Newcomers<>();
    private final Set<Guard> http = ConcurrentHashMap.newKeySet();
    private final Map<Ending, LongAdder> endings = new EnumMap<>(Ending.class);
    private volatile int most;
    private volatile String lastOne = "";

    ConnectionLimits(HttpLimits limits) {
        this.limits = limits;
        this.opened = new TokenBuckets(limits.opened());
        for (Ending ending : Ending.values()) {
            endings.put(ending, new LongAdder());
        }
    }

    @Override
    public HttpLimits limits() {
        return limits;
    }

    /** Sets the limit on connections: the configured one, or fewer if the process has fewer descriptors. */
    void limit(int descriptors) {
        most = Math.min(limits.connections(), descriptors);
    }

    int most() {
        return most;
    }

    int taken() {
        return open.get();
    }

    int newcomers() {
        return newcomers.size();
    }

    long ended(Ending ending) {
        return counter(ending).sum();
    }

    private LongAdder counter(Ending ending) {
        return Objects.requireNonNull(endings.get(ending));
    }

    /** {@return the address of the last connection that ended in an unusual way} */
    String lastOne() {
        return lastOne;
    }

    /** {@return nanoseconds until the peer's address may open another connection; 0 if it may open this one} */
    long toWait(Peer peer) {
        long wait = limits.exempt().test(peer.socket()) ? 0 : opened.take(peer.place());
        if (wait > 0) {
            count(Ending.LIMITED, peer.text());
        }
        return wait;
    }

    /** {@return whether there is room for the connection, which is counted then} */
    boolean admit(Guard connection) {
        Peer peer = connection.peer();
        if (open.incrementAndGet() > most && !evict(newcomers.takeInFavourOf(peer.place()))) {
            open.decrementAndGet();
            count(Ending.REFUSED, peer.text());
            return false;
        }
        connection.count();
        http.add(connection);
        if (!limits.exempt().test(peer.socket()) && newcomers.of(peer.place()) >= limits.newcomersPerAddress()) {
            evict(newcomers.takeOldestOf(peer.place()));
        } else if (newcomers.size() >= limits.newcomers()) {
            evict(newcomers.takeInFavourOf(peer.place()));
        }
        newcomers.add(connection, peer.place());
        return true;
    }

    private boolean evict(Optional<Guard> victim) {
        victim.ifPresent(one -> {
            uncount(one);
            one.end(Ending.EVICTED);
        });
        return victim.isPresent();
    }

    void left(Guard connection) {
        http.remove(connection);
        uncount(connection);
        newcomers.remove(connection);
    }

    private void uncount(Guard connection) {
        if (connection.uncount()) {
            open.decrementAndGet();
        }
    }

    void keep(Guard connection) {
        newcomers.remove(connection);
    }

    @Override
    public void waits(Guard connection) {
        newcomers.add(connection, connection.peer().place());
        if (!connection.isCounted()) {
            newcomers.remove(connection);
        }
    }

    void upgraded(Guard connection) {
        http.remove(connection);
    }

    @Override
    public boolean hold(Guard connection, int more) {
        String place = connection.peer().place();
        boolean room = held.addAndGet(more) <= mostHeld;
        if (!room) {
            holders.remove(connection);
            room = evict(holders.takeInFavourOf(place));
        }
        if (room) {
            holders.add(connection, place);
        }
        return room;
    }

    @Override
    public void letGo(Guard connection, int bytes) {
        held.addAndGet(-bytes);
        holders.remove(connection);
    }

    @Override
    public void count(Ending ending, String whom) {
        counter(ending).increment();
        if (!ending.isUsual()) {
            lastOne = whom;
        }
    }

    /** Ends the connections that are late. */
    void check(long now) {
        http.forEach(connection -> connection.check(now));
    }
}
