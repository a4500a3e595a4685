package ulens.gateway.socketio;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The rooms that one socket is in. Once it has ended there are none, whoever asks it to join at the same moment. */
final class Membership {
    private final Socket socket;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Set<String> rooms = Set.of();
    private boolean ended;

    Membership(Socket socket) {
        this.socket = socket;
    }

    Set<String> rooms() {
        return rooms;
    }

    void join(String room) {
        lock.lock();
        try {
            if (!ended && !rooms.contains(room)) {
                Set<String> more = new HashSet<>(rooms);
                more.add(room);
                rooms = Set.copyOf(more);
                socket.namespace().enter(room, socket);
            }
        } finally {
            lock.unlock();
        }
    }

    void leave(String room) {
        lock.lock();
        try {
            if (rooms.contains(room)) {
                Set<String> fewer = new HashSet<>(rooms);
                fewer.remove(room);
                rooms = Set.copyOf(fewer);
                socket.namespace().exit(room, socket);
            }
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            rooms.forEach(room -> socket.namespace().exit(room, socket));
            rooms = Set.of();
        } finally {
            lock.unlock();
        }
    }
}
