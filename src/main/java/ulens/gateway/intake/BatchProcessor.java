package ulens.gateway.intake;

import ulens.gateway.config.IntakeConfig;
import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.intake.event.EventParser;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.work.Task;

import java.util.List;
import java.util.Map;

/**
 * Processes one batch after the other: reads it, stores it in one transaction, sends messages that can't be stored to
 * the dead letters or retries, and only then acknowledges the batch with one ack. While the database is away it holds
 * the batch in hand; if that lasts, it gives back all messages, and takes messages again once the database answers.
 * <p>
 * Hazard: an ack covers all messages that came before, even one that was lost here. So after any failure all messages
 * are given back to the broker.
 */
final class BatchProcessor implements Measured {
    private static final System.Logger LOGGER = System.getLogger(BatchProcessor.class.getName());
    /** Number of messages in a batch, or in the one before it, from which on there is a backlog. */
    private static final int BACKLOG = 500;

    private final Batcher<IncomingMessage> batcher;
    private final IntakePorts ports;
    private final IntakeCounts counts = new IntakeCounts();
    private final EventParser parser;
    private final IntakeBackoff backoff;
    private final DeadLetters deadLetters;
    private final LockedUsers locked;
    private final PoisonGuard guard;
    private volatile boolean givenBack;
    private int before;

    /**
     * @param settings
     *            sizes and times
     * @param ports
     *            the parts around intake
     * @param batcher
     *            gathers the messages
     * @param republisher
     *            takes dead letters and retries
     * @param loop
     *            the loop that runs {@link #step}
     * @param clock
     *            the clock to wait with
     */
    BatchProcessor(IntakeConfig settings, IntakePorts ports, Batcher<IncomingMessage> batcher, Republisher republisher,
            Task loop, IntakeClock clock) {
        this.batcher = batcher;
        this.ports = ports;
        this.parser = new EventParser(settings.maxBody(), counts::unreadableTime);
        this.backoff = new IntakeBackoff(settings.hold(), loop, clock);
        this.deadLetters = new DeadLetters(republisher, ports.broker(), counts, backoff);
        RowWriter writer = new RowWriter(ports.streams(), ports.rows(), ports.observer(), counts);
        this.locked = new LockedUsers(ports.streams(), writer, deadLetters, settings.setAside(), clock);
        this.guard = new PoisonGuard(ports.attempts(), new BatchStore(writer, locked, deadLetters, backoff),
                deadLetters, backoff);
    }

    IntakeCounts counts() {
        return counts;
    }

    /** {@return whether the last attempt to store succeeded} */
    boolean storing() {
        return !backoff.waiting() && !givenBack;
    }

    /** {@return messages that wait because another transaction has locked their users' rows} */
    int setAside() {
        return locked.messages();
    }

    @Override
    public void register(Meters meters) {
        counts.register(meters);
        meters.gauge("intake_set_aside", "Messages that wait because somebody else has locked their users' rows",
                this::setAside).gauge("intake_users_set_aside", "Users with such messages", locked::users)
                .gauge("intake_storing", "0 while messages can't be stored", () -> storing() ? 1 : 0);
    }

    /** Processes a batch, if there is one. Returns false, since at the stop there is nothing to wait for. */
    boolean step() throws InterruptedException {
        try {
            if (givenBack) {
                takeAgain();
            } else if (batcher.isIncomplete() || turn() == Unsettled.GIVE_BACK) {
                giveBack();
            }
            return false;
        } catch (InterruptedException end) {
            throw end;
        } catch (Throwable failure) {
            giveBack();
            throw failure;
        }
    }

    /** The gateway stops: ends all waiting. */
    void end() {
        backoff.end();
    }

    /** After the last step. */
    void close() {
        locked.close();
    }

    private Outcome turn() throws InterruptedException {
        Outcome outcome = locked.retry();
        if (outcome instanceof Unsettled) {
            return outcome;
        }
        List<IncomingMessage> batch = batcher.next();
        if (batch.isEmpty()) {
            return Settled.DONE;
        }
        try {
            counts.consumed(batch.size());
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] consumed {0} messages, up to {1}", batch.size(),
                    batch.getLast());
            return settle(batch);
        } finally {
            before = batch.size();
            batcher.done(before);
        }
    }

    private Outcome settle(List<IncomingMessage> batch) throws InterruptedException {
        if (batcher.isIncomplete()) {
            // what was lost may be an earlier message of a user who is in this batch
            return Unsettled.GIVE_BACK;
        }
        Outcome outcome = process(CheckedBatch.of(batch, parser));
        if (outcome instanceof Unsettled || batcher.isIncomplete()) {
            return outcome;
        }
        batch.getLast().ackThrough();
        outcome = locked.relieve();
        if (outcome instanceof Settled && Math.max(before, batch.size()) >= BACKLOG && batcher.isEmpty()) {
            ports.rows().backlogEnds();
        }
        return outcome;
    }

    private Outcome process(CheckedBatch batch) throws InterruptedException {
        // the valid messages first, so that they do not wait for the broker to accept the others
        Outcome outcome = batch.candidates().isEmpty() ? Settled.DONE : guard.storeInOrder(batch.candidates());
        for (Map.Entry<IncomingMessage, String> one : batch.refused().entrySet()) {
            if (outcome instanceof Unsettled) {
                return outcome;
            }
            outcome = outcome.and(deadLetters.refuse(one.getKey(), one.getValue()));
        }
        for (Map.Entry<IncomingMessage, String> one : batch.failed().entrySet()) {
            if (outcome instanceof Unsettled) {
                return outcome;
            }
            outcome = outcome.and(deadLetters.retry(one.getKey(), one.getValue()));
        }
        return outcome;
    }

    private void giveBack() {
        givenBack = true;
        locked.forget();
        ports.broker().giveBack();
        // the broker redelivers the messages of a closed channel; those that are left here would only be stored twice
        int dropped = batcher.drop();
        counts.givenBack(dropped);
        batcher.done(dropped);
    }

    /** Takes messages again, once the database answers. */
    private void takeAgain() throws InterruptedException {
        if (!backoff.pause("messages were given back") || !ports.databaseUp().getAsBoolean()) {
            return;
        }
        givenBack = false;
        backoff.reset();
        ports.broker().takeAgain();
    }
}
