package ulens.gateway.session;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.session.ClientSessionTable.Found;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes down connects, subscriptions and disconnects, and looks sessions up, many at a time: what has gathered while
 * the last statement ran goes into the next one. A look-up sees all that was written before it. Holds at most the
 * latest state of each session that is not written yet.
 */
final class SessionLog implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(SessionLog.class.getName());
    private static final long RETRY_MILLIS = 500;
    private static final int MOST_AT_ONCE = 5_000;
    private static final int MOST_WAITING = 50_000;
    private static final long LOOK_UP_SECONDS = 5;
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final ClientSessionTable table;
    private final Duration within;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Thread thread;
    private final TreeMap<String, ClientSession> unwritten = new TreeMap<>();
    private Map<String, CompletableFuture<Optional<Found>>> asked = new HashMap<>();
    private boolean closed;

    SessionLog(ClientSessionTable table, Duration within) {
        this.table = table;
        this.within = within;
        this.thread = Thread.ofVirtual().name("session-log").start(this::run);
    }

    void write(ClientSession session) {
        lock.lock();
        try {
            if (session.ended() != null && unwritten.size() >= MOST_WAITING && unwritten.containsKey(session.pid())) {
                // whoever comes and goes while the database is away starts afresh: that loses nothing
                unwritten.remove(session.pid());
            } else {
                unwritten.merge(session.pid(), session, (old, given) -> given.epoch() < old.epoch() ? old : given);
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Looks a session up; empty if there is none to resume. Fails if the database does not answer in time. */
    Optional<Found> find(String pid) {
        CompletableFuture<Optional<Found>> answer;
        lock.lock();
        try {
            answer = asked.computeIfAbsent(pid, _ -> new CompletableFuture<>());
            arrived.signal();
        } finally {
            lock.unlock();
        }
        try {
            return answer.get(LOOK_UP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException unknown) {
            withdraw(pid, answer);
            throw new DbClientException("the database does not say", unknown);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new DbClientException("interrupted", interrupted);
        }
    }

    private void withdraw(String pid, CompletableFuture<Optional<Found>> answer) {
        lock.lock();
        try {
            asked.remove(pid, answer);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (await()) {
                step();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for work; false is the end. */
    private boolean await() throws InterruptedException {
        lock.lock();
        try {
            while (unwritten.isEmpty() && asked.isEmpty() && !closed) {
                arrived.await();
            }
            return !(unwritten.isEmpty() && asked.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    private void step() throws InterruptedException {
        Map<String, ClientSession> states;
        Map<String, CompletableFuture<Optional<Found>>> questions;
        lock.lock();
        try {
            states = new TreeMap<>();
            while (!unwritten.isEmpty() && states.size() < MOST_AT_ONCE) {
                Map.Entry<String, ClientSession> first = unwritten.pollFirstEntry();
                states.put(first.getKey(), first.getValue());
            }
            // an answer is to be of what was written before the question
            questions = unwritten.isEmpty() ? asked : Map.of();
            asked = unwritten.isEmpty() ? new HashMap<>() : asked;
        } finally {
            lock.unlock();
        }
        try {
            if (!states.isEmpty()) {
                table.write(states.values());
                states = Map.of();
            }
            if (!questions.isEmpty()) {
                Map<String, Found> found = table.find(new ArrayList<>(questions.keySet()), within);
                questions.forEach((pid, answer) -> answer.complete(Optional.ofNullable(found.get(pid))));
            }
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] client sessions wait for the database", failure);
            questions.values().forEach(answer -> answer.completeExceptionally(failure));
            waitWith(List.copyOf(states.values()));
        }
    }

    private void waitWith(List<ClientSession> states) throws InterruptedException {
        boolean last;
        lock.lock();
        try {
            last = closed;
        } finally {
            lock.unlock();
        }
        if (last) {
            // they look connected until the node is found to be gone; that harms nobody
            return;
        }
        Thread.sleep(RETRY_MILLIS);
        lock.lock();
        try {
            states.forEach(state -> unwritten.merge(state.pid(), state,
                    (newer, old) -> old.epoch() > newer.epoch() ? old : newer));
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is left, then ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
