package ulens.gateway.socketio;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import tools.jackson.databind.JsonNode;

/**
 * The answers that one socket still owes us. Each future ends on a virtual thread of its own, so that what hangs on it
 * may block.
 */
final class PendingAcks {
    private static final Executor COMPLETION = task -> Thread.ofVirtual().name("socketio-ack").start(task);

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

    /** Takes an answer; one that nobody waits for (any more) is nothing unusual. */
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
