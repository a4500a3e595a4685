package ulens.gateway.recovery;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.BatchTarget;
import ulens.gateway.work.BatchTarget.Outcome;
import ulens.gateway.work.GroupWriter;
import ulens.gateway.work.SqlState;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Stores connects, subscriptions and disconnects, and looks sessions up, many at a time: all that gathered while the
 * last statement ran go into the next one. A look-up sees all states that were written before it, except those of
 * sessions that another transaction has locked. Holds at most the latest state of each session that is not written yet.
 * <p>
 * No more than {@value #MOST_LOCKED} states are set aside because another transaction has locked their sessions. Beyond
 * that all wait until there is room: that holds up other sessions, but loses nothing.
 */
final class SessionWriter implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(SessionWriter.class.getName());
    static final int MOST_LOCKED = 5_000;

    private static final String PREFIX = "[GATEWAY][DB]";
    private static final int MOST_AT_ONCE = 5_000;
    private static final int MOST_WAITING = 50_000;
    private static final Duration LOOK_UP = Duration.ofSeconds(5);
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final GroupWriter<String, ClientSession> states;
    private final GroupWriter<String, CompletableFuture<Optional<StoredSession>>> questions;

    SessionWriter(ClientSessionTable table, Duration within) {
        this.states = GroupWriter
                .of(Task.of(LOGGER, PREFIX, "write-client-sessions"), SessionWriter::latest, new States(table))
                .most(MOST_AT_ONCE).setAside(Task.of(LOGGER, PREFIX, "write-locked-client-sessions"),
                        "client sessions are locked by somebody else; their states wait", MOST_LOCKED)
                .start();
        // a failure is reported to the client, which reconnects by itself: nothing is repeated, so no pause is needed
        Backoff none = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1));
        this.questions = GroupWriter.of(Task.of(LOGGER, PREFIX, "look-up-client-sessions"),
                SessionWriter::answeredAlike, new LookUps(table, within)).pauses(none).start();
    }

    private static ClientSession latest(ClientSession old, ClientSession given) {
        return given.epoch() < old.epoch() ? old : given;
    }

    private static <T> CompletableFuture<T> answeredAlike(CompletableFuture<T> first, CompletableFuture<T> second) {
        first.whenComplete((answer, failure) -> {
            if (failure == null) {
                second.complete(answer);
            } else {
                second.completeExceptionally(failure);
            }
        });
        return first;
    }

    void write(ClientSession session) {
        if (session.ended() == null) {
            states.add(session.pid(), session);
        } else {
            // a client that comes and goes while the database is away starts afresh, which loses nothing
            states.addOrForget(session.pid(), session, MOST_WAITING);
        }
    }

    /** Looks a session up; empty if there is none to resume. Fails if the database does not answer in time. */
    Optional<StoredSession> find(String pid) {
        CompletableFuture<Optional<StoredSession>> answer = new CompletableFuture<>();
        if (!questions.add(pid, answer)) {
            throw new DbClientException("the gateway stops");
        }
        try {
            return answer.get(LOOK_UP.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException unknown) {
            questions.withdraw(pid, answer);
            throw new DbClientException("the database does not say", unknown);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new DbClientException("interrupted", interrupted);
        }
    }

    /**
     * Writes the states that are left, then ends. A session that can't be written looks connected until this node is
     * found to be gone, which does no harm.
     */
    @Override
    public void close() {
        questions.end();
        states.close(CLOSING);
        questions.close(Duration.ZERO);
        questions.takeAll().values()
                .forEach(answer -> answer.completeExceptionally(new DbClientException("the gateway stops")));
    }

    /** States of sessions; a state that can't be written now is tried again. */
    private final class States implements BatchTarget<String, ClientSession> {
        private final ClientSessionTable table;

        private States(ClientSessionTable table) {
            this.table = table;
        }

        @Override
        public Outcome<String> write(Map<String, ClientSession> batch) {
            try {
                table.write(batch.values());
                return Outcome.written();
            } catch (DbClientException failure) {
                int room = MOST_LOCKED - states.setAside();
                Set<String> others = SqlState.isLock(failure) && room > 0 ? lockedOf(batch) : Set.of();
                if (others.isEmpty()) {
                    throw failure;
                }
                return new Outcome<>(others.stream().limit(room).collect(Collectors.toSet()), false);
            }
        }

        private Set<String> lockedOf(Map<String, ClientSession> batch) {
            try {
                return table.locked(batch.keySet());
            } catch (DbClientException _) {
                // the whole table is locked, or the database is away by now: no state is set aside, all are tried again
                return Set.of();
            }
        }

        @Override
        public Set<String> writeAside(Map<String, ClientSession> aside) {
            Set<String> locked = table.locked(aside.keySet());
            Map<String, ClientSession> free = new LinkedHashMap<>(aside);
            free.keySet().removeAll(locked);
            if (!free.isEmpty()) {
                table.write(free.values());
            }
            return locked;
        }
    }

    /** Look-ups: each gets its answer, or fails at once. */
    private final class LookUps implements BatchTarget<String, CompletableFuture<Optional<StoredSession>>> {
        private final ClientSessionTable table;
        private final Duration within;

        private LookUps(ClientSessionTable table, Duration within) {
            this.table = table;
            this.within = within;
        }

        @Override
        public Outcome<String> write(Map<String, CompletableFuture<Optional<StoredSession>>> batch) throws Exception {
            // a look-up must see the states that were added before it
            states.flush().get(LOOK_UP.toNanos(), TimeUnit.NANOSECONDS);
            Map<String, StoredSession> found = table.find(batch.keySet(), within);
            batch.forEach((pid, answer) -> answer.complete(Optional.ofNullable(found.get(pid))));
            return Outcome.written();
        }

        @Override
        public Map<String, CompletableFuture<Optional<StoredSession>>> failed(
                Map<String, CompletableFuture<Optional<StoredSession>>> batch, Throwable failure) {
            batch.values().forEach(answer -> answer.completeExceptionally(failure));
            return Map.of();
        }
    }
}
