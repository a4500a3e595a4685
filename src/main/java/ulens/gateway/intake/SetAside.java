package ulens.gateway.intake;

import ulens.gateway.work.Backoff;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Messages of users whose rows another transaction has locked. The rules:
 * <ol>
 * <li>While a user has messages here, every later one of that user is put behind them ({@link #admit}), which keeps the
 * user's order.
 * <li>They leave together, in their order, once they are stored ({@link #forget}).
 * <li>A user is tried again after a pause that doubles from {@value #FIRST_MILLIS} to {@value #LONGEST_MILLIS} ms.
 * <li>Their number is limited. Beyond the limit the messages of the user with the most have to go elsewhere
 * ({@link #overflow}), so that the broker's window is never filled with messages that can't be stored.
 * </ol>
 * Not thread-safe.
 *
 * @param <M>
 *            type of a message; messages are compared by the identity of their {@code key}
 */
final class SetAside<M> {
    private static final int FIRST_MILLIS = 100;
    private static final int LONGEST_MILLIS = 2_000;

    private final int most;
    private final Function<M, String> userOf;
    private final Function<M, Object> key;
    private final Map<String, Waiting<M>> users = new LinkedHashMap<>();
    private final Set<Object> held = new HashSet<>();

    /** One user's messages. */
    private static final class Waiting<M> {
        private final ArrayDeque<M> messages = new ArrayDeque<>();
        private final Backoff backoff = new Backoff(Duration.ofMillis(FIRST_MILLIS), Duration.ofMillis(LONGEST_MILLIS));
        private long due;

        private void lookAgainAfter(long now) {
            due = now + backoff.next().toNanos();
        }
    }

    SetAside(int most, Function<M, String> userOf, Function<M, Object> key) {
        this.most = most;
        this.userOf = userOf;
        this.key = key;
    }

    /** Adds messages of users that are here, behind the earlier ones, and returns the rest in its order. */
    List<M> admit(List<M> messages) {
        if (users.isEmpty()) {
            return messages;
        }
        List<M> free = new ArrayList<>(messages.size());
        for (M message : messages) {
            Waiting<M> waiting = users.get(userOf.apply(message));
            if (waiting == null) {
                free.add(message);
            } else {
                put(waiting, message);
            }
        }
        return free;
    }

    /** Sets users aside with these of their messages, and returns those of others in their order. */
    List<M> lock(Collection<String> locked, List<M> messages, long now) {
        for (String user : locked) {
            users.computeIfAbsent(user, _ -> new Waiting<>()).lookAgainAfter(now);
        }
        return admit(messages);
    }

    private void put(Waiting<M> waiting, M message) {
        waiting.messages.add(message);
        held.add(key.apply(message));
    }

    /** {@return the users to be tried again now, those that wait longest first} */
    List<String> due(long now) {
        return users.entrySet().stream().filter(one -> one.getValue().due - now <= 0).map(Map.Entry::getKey).toList();
    }

    /** {@return a user's messages in their order} */
    List<M> of(String user) {
        Waiting<M> waiting = users.get(user);
        return waiting == null ? List.of() : List.copyOf(waiting.messages);
    }

    /** Doubles the pause of a user that is still locked. */
    void later(String user, long now) {
        Waiting<M> waiting = users.get(user);
        if (waiting != null) {
            waiting.lookAgainAfter(now);
        }
    }

    /**
     * Removes messages that are stored, sent elsewhere, or can't be settled any more. Later messages of a user without
     * any here are not held up.
     */
    void forget(Predicate<M> gone) {
        users.values().removeIf(waiting -> {
            waiting.messages.stream().filter(gone).map(key).forEach(held::remove);
            waiting.messages.removeIf(gone);
            return waiting.messages.isEmpty();
        });
    }

    /** {@return the user whose messages have to go elsewhere, because there are too many here} */
    Optional<String> overflow() {
        return held.size() <= most ? Optional.empty()
                : users.entrySet().stream().max(Comparator.comparingInt(one -> one.getValue().messages.size()))
                        .map(Map.Entry::getKey);
    }

    /** {@return whether this message waits here; by its key} */
    boolean holds(Object messageKey) {
        return held.contains(messageKey);
    }

    /** {@return messages here} */
    int size() {
        return held.size();
    }

    /** {@return users with messages here} */
    int users() {
        return users.size();
    }
}
