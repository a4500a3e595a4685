package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;
import ulens.gateway.work.Timer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The answers that are still expected from the client of one socket. Each future ends on a virtual thread of its own,
 * so that its callbacks may block.
 */
final class PendingAcks {
    private static final Task TASK = Task.of(System.getLogger(PendingAcks.class.getName()), "[GATEWAY][WS]",
            "tell-of-acks");
    private static final Executor COMPLETION = task -> Errand.run(TASK, task);

    private final Map<Long, CompletableFuture<List<JsonNode>>> pending = new ConcurrentHashMap<>(4);
    private final AtomicLong nextId = new AtomicLong();

    long nextId() {
        return nextId.getAndIncrement();
    }

    CompletableFuture<List<JsonNode>> expect(long id, Duration timeout, Timer timer) {
        CompletableFuture<List<JsonNode>> answer = new CompletableFuture<>();
        pending.put(id, answer);
        Future<?> timeUp = timer.after(timeout, () -> fail(id, new TimeoutException("no answer within " + timeout)));
        answer.whenComplete((args, failure) -> {
            timeUp.cancel(false);
            pending.remove(id);
        });
        return answer;
    }

    /** Handles an answer. One that is not, or no longer, expected is ignored: it may just have come too late. */
    void answer(long id, List<JsonNode> args) {
        CompletableFuture<List<JsonNode>> answer = pending.remove(id);
        if (answer != null) {
            COMPLETION.execute(() -> answer.complete(args));
        }
    }

    void fail(long id, Throwable failure) {
        CompletableFuture<List<JsonNode>> answer = pending.remove(id);
        if (answer != null) {
            COMPLETION.execute(() -> answer.completeExceptionally(failure));
        }
    }

    void failAll(Throwable failure) {
        pending.keySet().forEach(id -> fail(id, failure));
    }
}
