package ulens.gateway.receipts;

import ulens.gateway.receipts.ReceiptTable.Read;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Marks what the clients of many users have read in one transaction: what has come while the last one ran goes into the
 * next. Who asks waits, so that no more is held here than there are sockets that ask. A transaction that fails through
 * one of its users is repeated for each of them alone; if the database is away, everybody who waits is told so at once.
 */
final class GroupCommit {
    private static final int MOST_USERS = 200;
    private static final int MOST_IDS = 5_000;
    /** The connection, the server, or what it runs on: every user would meet the same again. */
    private static final Set<String> OF_ALL = Set.of("08", "53", "57", "58", "25");
    private static final String LOCKED = "55P03";

    private final ReceiptTable table;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private boolean running;

    /** What one user's client says it has read. */
    record Request(String userId, Collection<Long> ids, CompletableFuture<Read> answer) {
    }

    GroupCommit(ReceiptTable table) {
        this.table = table;
    }

    /** Marks rows of one user; returns after the commit. Failures of the database come as they are. */
    Read read(String userId, Collection<Long> ids) {
        Request own = new Request(userId, ids, new CompletableFuture<>());
        lock.lock();
        try {
            waiting.add(own);
            if (!running) {
                Thread.ofVirtual().name("receipts").start(this::drain);
                running = true;
            }
        } finally {
            lock.unlock();
        }
        try {
            return own.answer().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private void drain() {
        for (List<Request> group = take(); !group.isEmpty(); group = take()) {
            commit(group);
        }
    }

    /** The oldest requests, one of each user, so that the second of a user sees what the first has done. */
    private List<Request> take() {
        lock.lock();
        try {
            List<Request> group = new ArrayList<>();
            Set<String> users = new HashSet<>();
            int ids = 0;
            for (Iterator<Request> all = waiting.iterator(); all.hasNext() && group.size() < MOST_USERS;) {
                Request next = all.next();
                if (!group.isEmpty() && ids + next.ids().size() > MOST_IDS) {
                    break;
                }
                if (users.add(next.userId())) {
                    group.add(next);
                    ids += next.ids().size();
                    all.remove();
                }
            }
            running = !group.isEmpty();
            return group;
        } finally {
            lock.unlock();
        }
    }

    // Whatever is thrown, an Error too, is an answer: nobody waits for ever, and the next group is taken.
    private void commit(List<Request> group) {
        try {
            Map<String, Read> reads = table.read(group);
            group.forEach(request -> request.answer().complete(reads.get(request.userId())));
        } catch (Throwable failure) {
            if (!isOfOne(failure)) {
                fail(group, failure);
                fail(takeAll(), failure);
            } else if (group.size() == 1) {
                fail(group, failure);
            } else {
                commitEach(group);
            }
        }
    }

    private void commitEach(List<Request> group) {
        int locked = 0;
        for (Request request : group) {
            try {
                request.answer().complete(table.read(List.of(request)).get(request.userId()));
            } catch (Throwable failure) {
                fail(List.of(request), failure);
                locked += LOCKED.equals(state(failure)) ? 1 : 0;
                if (locked > 1 || !isOfOne(failure)) {
                    // it is not one user's row that is locked: waiting for each in turn would take too long
                    fail(group, failure);
                    return;
                }
            }
        }
    }

    private static void fail(List<Request> requests, Throwable failure) {
        requests.forEach(request -> request.answer().completeExceptionally(failure));
    }

    private List<Request> takeAll() {
        lock.lock();
        try {
            List<Request> all = List.copyOf(waiting);
            waiting.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isOfOne(Throwable failure) {
        String state = state(failure);
        return state.length() >= 2 && !OF_ALL.contains(state.substring(0, 2));
    }

    /** SQLSTATE of a failure; empty if there is none, as when there is no connection. */
    private static String state(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }
}
