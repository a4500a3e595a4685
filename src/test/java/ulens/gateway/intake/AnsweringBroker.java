package ulens.gateway.intake;

import ulens.gateway.rabbitmq.outgoing.Publication;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A broker whose answers are given beforehand; without one it confirms. */
final class AnsweringBroker implements IntakeBroker {
    final List<Publication> published = new CopyOnWriteArrayList<>();
    final AtomicInteger declared = new AtomicInteger();
    private final Queue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();

    static CompletableFuture<Void> failed(Reason reason) {
        return CompletableFuture.failedFuture(new PublishFailedException(reason, "made up"));
    }

    /** {@return what the next publication is answered with} */
    CompletableFuture<Void> answer(CompletableFuture<Void> outcome) {
        answers.add(outcome);
        return outcome;
    }

    @Override
    public CompletionStage<Void> publish(Publication publication) {
        published.add(publication);
        CompletableFuture<Void> answer = answers.poll();
        return answer == null ? CompletableFuture.completedFuture(null) : answer;
    }

    @Override
    public void giveBack() {
        throw new AssertionError("nothing is given back here");
    }

    @Override
    public void takeAgain() {
        throw new AssertionError("nothing was given back here");
    }

    @Override
    public void declareAgain() {
        declared.incrementAndGet();
    }

    @Override
    public IntakeRoutes routes() {
        return new IntakeRoutes("dlx", "dead", "retry");
    }
}
