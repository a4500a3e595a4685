package ulens.gateway.intake;

import ulens.gateway.delivery.DeliveryTable;
import ulens.gateway.delivery.NewDelivery;
import ulens.gateway.delivery.Stored;
import ulens.gateway.rabbitmq.ConfirmedPublisher;
import ulens.gateway.rabbitmq.RabbitMqMessage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * From the broker into the database: gathers messages into batches, writes each batch in one transaction, and only then
 * acknowledges it, in one go. While the database is away it holds the batch in hand and asks for no more, so that the
 * broker keeps the rest; if that lasts, it gives back what it holds as well, before the broker takes it for dead.
 */
public final class Intake implements Flow.Subscriber<RabbitMqMessage>, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Intake.class.getName());

    private static final int BACKLOG = 500;

    private final Gatherer<RabbitMqMessage> gatherer;
    private final EventParser parser;
    private final Suspects suspects;
    private final Exile exile;
    private final IntakeCounts counts = new IntakeCounts();
    private final Patience patience;
    private final BooleanSupplier databaseUp;
    private final Thread thread;
    private volatile Runnable afterBacklog = () -> {
    };
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
        this.gatherer = new Gatherer<>(settings.batchSize(), settings.linger(), message -> message.getPayload().length);
        this.parser = new EventParser(settings.maxBody());
        this.patience = new Patience(settings.hold().toNanos(), this::patienceExhausted);
        this.exile = new Exile(publisher, routes, counts, patience);
        this.suspects = new Suspects(suspects, new BatchStore(table, stored, observer, counts, exile, patience), exile,
                patience);
        this.databaseUp = databaseUp;
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

    /**
     * Sets what to do at the end of a backlog: when a batch of {@value #BACKLOG} messages or more, or the one behind
     * it, has been offered and no other message has come meanwhile.
     *
     * @param action
     *            must be quick
     */
    public void afterBacklog(Runnable action) {
        afterBacklog = action;
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
            int before = 0;
            List<RabbitMqMessage> batch;
            while (!(batch = gatherer.next()).isEmpty()) {
                counts.consumed(batch.size());
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] consumed {0} messages, up to {1}", batch.size(),
                        batch.getLast());
                if (processed(batch)) {
                    batch.getLast().ackThrough();
                    if (Math.max(before, batch.size()) >= BACKLOG && gatherer.isEmpty()) {
                        afterBacklog.run();
                    }
                } else if (givenBack) {
                    awaitDatabase();
                }
                before = batch.size();
                gatherer.done(before);
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

    private boolean patienceExhausted() {
        if (source == null) {
            return false;
        }
        giveBack();
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
        if (!candidates.isEmpty() && !suspects.storeInOrder(candidates)) {
            return false;
        }
        if (!rejected.isEmpty() && !exile.deadLetter(rejected)) {
            return false;
        }
        for (Map.Entry<RabbitMqMessage, StoreFailure> one : odd.entrySet()) {
            if (!exile.send(one.getKey(), one.getValue())) {
                return false;
            }
        }
        return true;
    }
}
