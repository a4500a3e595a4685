package ulens.gateway.socketio;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The members of one namespace, all of them and by room. A room is kept only while it has members.
 *
 * @param <M>
 *            the type of a member
 */
final class MemberIndex<M> {
    private final Set<M> all = ConcurrentHashMap.newKeySet();
    private final Map<String, Set<M>> rooms = new ConcurrentHashMap<>();

    void add(M member) {
        all.add(member);
    }

    void remove(M member) {
        all.remove(member);
    }

    /** {@return all members, a view that changes with them} */
    Collection<M> all() {
        return Collections.unmodifiableSet(all);
    }

    void enter(String room, M member) {
        rooms.compute(room, (name, members) -> {
            Set<M> joined = members == null ? ConcurrentHashMap.newKeySet(2) : members;
            joined.add(member);
            return joined;
        });
    }

    void exit(String room, M member) {
        rooms.computeIfPresent(room, (name, members) -> {
            members.remove(member);
            return members.isEmpty() ? null : members;
        });
    }

    /** {@return the members of a room, a view that changes with them as long as the room has any} */
    Collection<M> in(String room) {
        Set<M> members = rooms.get(room);
        return members == null ? Set.of() : Collections.unmodifiableSet(members);
    }

    int roomCount() {
        return rooms.size();
    }
}
