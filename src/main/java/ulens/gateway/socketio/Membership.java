package ulens.gateway.socketio;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rooms that one member of a namespace is in. Once it has ended it is in none, even if another thread lets it join
 * a room at that moment.
 *
 * @param <M>
 *            the type of the member
 */
final class Membership<M> {
    private final MemberIndex<M> index;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Set<String> rooms = Set.of();
    private boolean ended;

    Membership(MemberIndex<M> index) {
        this.index = index;
    }

    Set<String> rooms() {
        return rooms;
    }

    void join(String room, M self) {
        lock.lock();
        try {
            if (!ended && !rooms.contains(room)) {
                Set<String> more = new HashSet<>(rooms);
                more.add(room);
                rooms = Set.copyOf(more);
                index.enter(room, self);
            }
        } finally {
            lock.unlock();
        }
    }

    void leave(String room, M self) {
        lock.lock();
        try {
            if (rooms.contains(room)) {
                Set<String> fewer = new HashSet<>(rooms);
                fewer.remove(room);
                rooms = Set.copyOf(fewer);
                index.exit(room, self);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Leaves all rooms and the namespace, for good. */
    void end(M self) {
        lock.lock();
        try {
            ended = true;
            rooms.forEach(room -> index.exit(room, self));
            rooms = Set.of();
        } finally {
            lock.unlock();
        }
        index.remove(self);
    }
}
