package ulens.gateway.stream;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A client as the stock one is: remembers ids, and the last offset, over all of its connections. */
final class ModelDevice {
    private final Set<Long> ids = new HashSet<>();
    private final Map<Long, Long> furthest = new HashMap<>();
    private Position offset;
    private ModelSocket socket;

    void connected(ModelSocket own) {
        socket = own;
    }

    /** {@return its connection, also one that was dropped and that it does not know of yet; null for none} */
    ModelSocket socket() {
        return socket;
    }

    boolean onLine() {
        return socket != null && socket.isOpen();
    }

    void cut(Rooms<ModelSocket.Sent> rooms) {
        if (socket != null) {
            socket.cut(rooms);
            socket = null;
        }
    }

    void received(long id, Position at) {
        if (id != 0) {
            ids.add(id);
        }
        offset = at;
        furthest.merge(at.generation(), at.seq(), Math::max);
    }

    boolean has(long id) {
        return ids.contains(id);
    }

    Set<Long> ids() {
        return ids;
    }

    /** {@return up to where it has received anything, or been told that there is nothing} */
    long furthest(long generation) {
        return furthest.getOrDefault(generation, 0L);
    }

    void forgetOffset() {
        offset = null;
    }

    Optional<Position> offset() {
        return Optional.ofNullable(offset);
    }
}
