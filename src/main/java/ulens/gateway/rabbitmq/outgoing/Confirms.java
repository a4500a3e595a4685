package ulens.gateway.rabbitmq.outgoing;

import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Task;

import java.util.concurrent.CompletableFuture;

/**
 * Completes the outcomes of publications, each on a virtual thread of its own. A sender's callback may block, and must
 * not hold up the thread that reads the socket or the one that feeds a channel.
 */
final class Confirms {

    private static final Task TASK = Task.of(System.getLogger(Confirms.class.getName()), "[GATEWAY][RMQ]",
            "tell-of-confirms");

    private Confirms() {
    }

    static void succeed(CompletableFuture<Void> outcome) {
        Errand.run(TASK, () -> outcome.complete(null));
    }

    static void fail(CompletableFuture<Void> outcome, Reason reason, String message) {
        PublishFailedException failure = new PublishFailedException(reason, message);
        Errand.run(TASK, () -> outcome.completeExceptionally(failure));
    }
}
