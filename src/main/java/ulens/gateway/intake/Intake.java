package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.delivery.DeliveryTable;
import ulens.gateway.delivery.NewDelivery;
import ulens.gateway.delivery.Stored;
import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.RabbitMqMessage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * From the broker into the database: gathers messages into batches, writes each batch in one transaction, and only then
 * acknowledges it, in one go. While the database is away it holds the batch in hand and asks for no more, so that the
 * broker keeps the rest; if that lasts, it gives back what it holds as well, before the broker takes it for dead.
 */
public final class Intake implements Flow.Subscriber<RabbitMqMessage>, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Intake.class.getName());
    private static final int MOST_RETRIES = 3;

    private final Gatherer gatherer;
    private final EventParser parser;
    private final DeliveryTable table;
    private final Consumer<Stored> stored;
    private final BatchObserver observer;
    private final SuspectTable suspectTable;
    private final Exile exile;
    private final IntakeCounts counts = new IntakeCounts();
    private final Patience patience = new Patience();
    private final long hold;
    private final BooleanSupplier databaseUp;
    private final Thread thread;
    private volatile Source source;
    private volatile boolean givenBack;

    /**
     * An intake that waits for its subscription.
     *
     * @param settings
     *            sizes and times
     * @param table
     *            where rows go
     * @param suspects
     *            remembers what was in hand when a process ended
     * @param stored
     *            is offered the new rows after each commit
     * @param publisher
     *            publishes dead letters and retries
     * @param routes
     *            where to
     * @param observer
     *            is told of every batch
     * @param databaseUp
     *            whether it is worth taking messages again, asked after they had to be given back
     */
    public Intake(IntakeSettings settings, DeliveryTable table, SuspectTable suspects, Consumer<Stored> stored,
            ConfirmedPublisher publisher, IntakeRoutes routes, BatchObserver observer, BooleanSupplier databaseUp) {
        this.gatherer = new Gatherer(settings.batchSize(), settings.linger());
        this.parser = new EventParser(settings.maxBody());
        this.table = table;
        this.suspectTable = suspects;
        this.stored = stored;
        this.observer = observer;
        this.hold = settings.hold().toNanos();
        this.databaseUp = databaseUp;
        this.exile = new Exile(publisher, routes);
        this.thread = Thread.ofVirtual().name("intake").unstarted(this::run);
    }

    /**
     * Sets where messages can be given back to. Without it they are held for as long as it takes.
     *
     * @param given
     *            the source of what {@link #onNext} brings
     */
    public void from(Source given) {
        source = given;
    }

    /** {@return what was done since the start} */
    public IntakeCounts counts() {
        return counts;
    }

    /** {@return whether the last attempt to store succeeded} */
    public boolean storing() {
        return !patience.waiting() && !givenBack;
    }

    /** {@return messages in hand that are not settled} */
    public int inHand() {
        return gatherer.unsettled();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        gatherer.subscribed(subscription);
        thread.start();
    }

    @Override
    public void onNext(RabbitMqMessage message) {
        gatherer.add(message);
    }

    @Override
    public void onError(Throwable failure) {
        LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][RMQ] intake has lost its source", failure);
    }

    @Override
    public void onComplete() {
        LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] no more messages");
    }

    /**
     * Finishes the batch in hand and takes no more; what was not begun stays with the broker.
     *
     * @param limit
     *            how long to wait for the batch
     *
     * @return whether it was finished
     */
    public boolean close(Duration limit) {
        gatherer.close();
        patience.end();
        try {
            if (thread.getState() == Thread.State.NEW || thread.join(limit)) {
                return true;
            }
            thread.interrupt();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(10));
    }

    private void run() {
        try {
            List<RabbitMqMessage> batch;
            while (!(batch = gatherer.next()).isEmpty()) {
                counts.consumed(batch.size());
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] consumed {0} messages, up to {1}", batch.size(),
                        batch.getLast());
                if (processed(batch)) {
                    batch.getLast().ackThrough();
                } else if (givenBack) {
                    awaitDatabase();
                }
                gatherer.done(batch.size());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nothing that a message can do to us ends the intake of the others. */
    private boolean processed(List<RabbitMqMessage> batch) throws InterruptedException {
        try {
            return process(batch);
        } catch (RuntimeException | Error failure) {
            LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][RMQ] a batch failed and is given back", failure);
            giveBack();
            return false;
        }
    }

    /** Waits a while. Returns false if the batch is not to be tried again: at the stop, or after too long. */
    private boolean pause(String reason) throws InterruptedException {
        if (!patience.pause(reason)) {
            return false;
        }
        if (source != null && patience.waited() > hold) {
            giveBack();
            return false;
        }
        return true;
    }

    private void giveBack() {
        givenBack = true;
        if (source != null) {
            source.giveBack();
        }
        // the messages of a closed channel come again; what is left of them here would only be stored twice
        int dropped = gatherer.drop();
        counts.givenBack(dropped);
        gatherer.done(dropped);
    }

    private void awaitDatabase() throws InterruptedException {
        do {
            if (!patience.pause("messages were given back")) {
                return;
            }
        } while (!databaseUp.getAsBoolean());
        givenBack = false;
        patience.restore();
        if (source != null) {
            source.takeAgain();
        }
    }

    private boolean process(List<RabbitMqMessage> batch) throws InterruptedException {
        List<Candidate> candidates = new ArrayList<>(batch.size());
        Map<RabbitMqMessage, String> rejected = new LinkedHashMap<>();
        Map<RabbitMqMessage, StoreFailure> odd = new LinkedHashMap<>();
        for (RabbitMqMessage message : batch) {
            try {
                switch (parser.parse(message.getPayload())) {
                    case Parsed.Accepted(NewDelivery row) -> candidates.add(new Candidate(message, row));
                    case Parsed.Rejected(String reason) -> rejected.put(message, reason);
                }
            } catch (RuntimeException | StackOverflowError failure) {
                LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][RMQ] " + message + " could not be parsed", failure);
                odd.put(message, new StoreFailure.Unknown(failure.getClass().getSimpleName()));
            }
        }
        // the good ones first: they shall not wait for the broker to take the bad ones
        if (!candidates.isEmpty() && !storeInOrder(candidates)) {
            return false;
        }
        for (Map.Entry<RabbitMqMessage, String> bad : rejected.entrySet()) {
            if (!deadLetter(bad.getKey(), bad.getValue())) {
                return false;
            }
        }
        for (Map.Entry<RabbitMqMessage, StoreFailure> one : odd.entrySet()) {
            if (!exile(one.getKey(), one.getValue())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Messages that were in hand when another process ended are tried alone and acked at once: whatever it was that
     * ended it, it shall not take its neighbours with it again.
     */
    private boolean storeInOrder(List<Candidate> candidates) throws InterruptedException {
        Set<String> again = candidates.stream().filter(one -> one.message().redelivered()).map(Candidate::fingerprint)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (again.isEmpty()) {
            return store(candidates);
        }
        Optional<Set<String>> suspects = insist(() -> suspectTable.enter(again));
        if (suspects.isEmpty()) {
            return false;
        }
        List<Candidate> run = new ArrayList<>();
        for (Candidate one : candidates) {
            if (!one.message().redelivered() || !suspects.get().contains(one.fingerprint())) {
                run.add(one);
            } else if (!(run.isEmpty() || store(run)) || !storeAlone(one)) {
                return false;
            } else {
                run.clear();
            }
        }
        return (run.isEmpty() || store(run)) && insist(() -> {
            suspectTable.forget(again);
            return true;
        }).isPresent();
    }

    private boolean storeAlone(Candidate one) throws InterruptedException {
        Optional<Integer> tries = insist(() -> suspectTable.tried(one.fingerprint()));
        if (tries.isEmpty()) {
            return false;
        }
        boolean done = tries.get() > MOST_RETRIES + 1
                ? deadLetter(one.message(), "the gateway ended " + MOST_RETRIES + " times while it stored this alone")
                : store(List.of(one));
        if (done) {
            insist(() -> {
                suspectTable.forget(List.of(one.fingerprint()));
                return true;
            });
            one.message().ack();
        }
        return done;
    }

    /** Tries until the database answers; empty if that is not to be waited for any longer. */
    private <T> Optional<T> insist(Supplier<T> statement) throws InterruptedException {
        while (true) {
            try {
                return Optional.of(statement.get());
            } catch (DbClientException failure) {
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] suspects wait for the database", failure);
                if (!pause("redelivered messages can't be looked up")) {
                    return Optional.empty();
                }
            }
        }
    }

    /** Returns false only when the gateway stops before it could be done, or has given the messages back. */
    private boolean store(List<Candidate> candidates) throws InterruptedException {
        while (true) {
            StoreFailure failure;
            try {
                commit(candidates);
                patience.restore();
                return true;
            } catch (RuntimeException thrown) {
                failure = StoreFailure.of(thrown);
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] a batch was not stored", thrown);
            }
            if (failure instanceof StoreFailure.Passing(String reason)) {
                if (!pause(reason)) {
                    return false;
                }
            } else if (candidates.size() > 1) {
                // one of them is at fault: halve until it stands alone, so that its neighbours get through
                int half = candidates.size() / 2;
                return store(candidates.subList(0, half)) && store(candidates.subList(half, candidates.size()));
            } else {
                return exile(candidates.getFirst().message(), failure);
            }
        }
    }

    private void commit(List<Candidate> candidates) {
        long begun = System.nanoTime();
        Stored result = table.store(candidates.stream().map(Candidate::row).toList());
        observer.stored(candidates.size(), System.nanoTime() - begun);
        counts.stored(result.rows().size(), result.duplicates());
        stored.accept(result);
    }

    private boolean exile(RabbitMqMessage message, StoreFailure failure) throws InterruptedException {
        return switch (failure) {
            case StoreFailure.Data(String reason) -> deadLetter(message, reason);
            case StoreFailure.Unknown(String reason) when Exile.retries(message) >= MOST_RETRIES ->
                    deadLetter(message, "failed " + (MOST_RETRIES + 1) + " times: " + reason);
            case StoreFailure.Unknown(String reason) -> retry(message, reason);
            case StoreFailure.Passing _ -> throw new IllegalStateException("a passing failure is waited for");
        };
    }

    private boolean deadLetter(RabbitMqMessage message, String reason) throws InterruptedException {
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} goes to the dead-letter queue: {1}", message,
                reason);
        while (!exile.deadLetter(message, reason)) {
            if (!pause("the broker does not take a dead letter")) {
                return false;
            }
        }
        patience.restore();
        counts.deadLetter();
        return true;
    }

    private boolean retry(RabbitMqMessage message, String reason) throws InterruptedException {
        LOGGER.log(System.Logger.Level.WARNING, "[GATEWAY][RMQ] {0} will be tried again: {1}", message, reason);
        while (!exile.retry(message, reason)) {
            if (!pause("the broker does not take a retry")) {
                return false;
            }
        }
        patience.restore();
        counts.retry();
        return true;
    }

    private record Candidate(RabbitMqMessage message, NewDelivery row) {
        String fingerprint() {
            try {
                return SuspectTable.hex(MessageDigest.getInstance("SHA-256").digest(message.getPayload()));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
