package ulens.gateway.inbox;

import ulens.gateway.inbox.ReceiptStore.Read;
import ulens.gateway.inbox.ReceiptStore.Request;
import ulens.gateway.work.Backoff;
import ulens.gateway.work.BatchTarget;
import ulens.gateway.work.GroupWriter;
import ulens.gateway.work.SqlState;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiPredicate;

/**
 * Marks what the clients of many users have read in one transaction: what has come while the last one ran goes into the
 * next. Every caller waits for the outcome, so that no more is held here than there are sockets that ask. A transaction
 * that fails through one of its users is repeated for each of them alone; if the database is away, everybody who waits
 * is told so at once.
 */
final class GroupCommit implements BatchTarget<CompletableFuture<Read>, Request>, AutoCloseable {
    private static final int MOST_USERS = 200;
    private static final int MOST_IDS = 5_000;
    private static final Duration CLOSING = Duration.ofSeconds(1);
    /** The connection, the server, or what it runs on: every user would meet the same again. */
    private static final Set<String> OF_ALL = Set.of("08", "53", "57", "58", "25");

    private final ReceiptStore table;
    private final Task task = Task.of(System.getLogger(GroupCommit.class.getName()), "[GATEWAY][DB]", "read-receipts");
    private final LockedLane lane;
    private final GroupWriter<CompletableFuture<Read>, Request> writer;

    GroupCommit(ReceiptStore table) {
        this.table = table;
        this.lane = new LockedLane(table, LockedLane.PATIENCE);
        // whoever waits is told of a failure: the next one must not wait for the end of a pause
        Backoff none = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1));
        this.writer = GroupWriter.of(task, (_, request) -> request, this).most(MOST_USERS)
                .choosing(GroupCommit::oneOfEachUser).pauses(none).start();
    }

    /** Marks rows of one user; returns after the commit. Failures of the database come as they are. */
    Read read(String userId, Collection<Long> ids) {
        try {
            return ask(userId, ids).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /** As {@link #read}, without waiting. */
    CompletableFuture<Read> ask(String userId, Collection<Long> ids) {
        Request own = new Request(userId, ids, new CompletableFuture<>());
        return writer.add(own.answer(), own) ? own.answer() : CompletableFuture.failedFuture(stopping());
    }

    /**
     * So that the second request of a user sees what the first has done. More ids than the most only in a single one.
     */
    private static BiPredicate<CompletableFuture<Read>, Request> oneOfEachUser() {
        return new BiPredicate<>() {
            private final Set<String> users = new HashSet<>();
            private int ids;

            @Override
            public boolean test(CompletableFuture<Read> answer, Request request) {
                int together = ids + request.ids().size();
                if (!users.isEmpty() && together > MOST_IDS || !users.add(request.userId())) {
                    return false;
                }
                ids = together;
                return true;
            }
        };
    }

    @Override
    public BatchTarget.Outcome<CompletableFuture<Read>> write(Map<CompletableFuture<Read>, Request> batch) {
        List<Request> group = batch.values().stream().filter(request -> !lane.takes(request)).toList();
        if (!group.isEmpty()) {
            commit(group);
        }
        return BatchTarget.Outcome.written();
    }

    private void commit(List<Request> group) {
        try {
            Map<String, Read> reads = table.read(group);
            group.forEach(request -> request.answer().complete(reads.get(request.userId())));
        } catch (Throwable failure) {
            if (!isOfOne(failure)) {
                throw failure;
            }
            if (group.size() > 1) {
                commitEach(group);
            } else if (!setAside(group.getFirst(), failure)) {
                throw failure;
            }
        }
    }

    private void commitEach(List<Request> group) {
        RuntimeException failed = null;
        boolean some = false;
        for (Request request : group) {
            try {
                commit(List.of(request));
                some = true;
            } catch (RuntimeException failure) {
                if (!isOfOne(failure)) {
                    throw failure;
                }
                request.answer().completeExceptionally(failure);
                if (failed != null) {
                    task.failed(failed);
                }
                failed = failure;
            }
        }
        if (failed != null && !some) {
            throw failed;
        }
        if (failed != null) {
            task.failed(failed);
        }
    }

    private boolean setAside(Request request, Throwable failure) {
        boolean locked = SqlState.isLock(failure);
        if (locked) {
            lane.put(request);
        }
        return locked;
    }

    /** Any throwable, an Error too, becomes the outcome, so that no caller waits for ever. */
    @Override
    public Map<CompletableFuture<Read>, Request> failed(Map<CompletableFuture<Read>, Request> batch,
            Throwable failure) {
        tell(batch, failure);
        if (!isOfOne(failure)) {
            tell(writer.takeAll(), failure);
        }
        return Map.of();
    }

    private static void tell(Map<CompletableFuture<Read>, Request> requests, Throwable failure) {
        requests.keySet().forEach(answer -> answer.completeExceptionally(failure));
    }

    private static boolean isOfOne(Throwable failure) {
        String kind = SqlState.kind(failure);
        return !kind.isEmpty() && !OF_ALL.contains(kind);
    }

    private static IllegalStateException stopping() {
        return new IllegalStateException("the gateway stops");
    }

    /** Finishes what is in hand, then tells everybody who still waits that there will be no answer. */
    @Override
    public void close() {
        writer.close(CLOSING);
        tell(writer.takeAll(), stopping());
        lane.close();
    }
}
