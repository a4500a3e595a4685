package ulens.gateway.outbox;

import ulens.gateway.config.OutboxConfig;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Publishes the rows of table {@code outbox} in order, and removes a row once the broker has confirmed it. After a
 * crash in between, the event is published again, with the same message id. Reads the table when it is woken, and at a
 * fixed interval. An event that was handed to the broker is not published again while its outcome is open.
 * <p>
 * It is no {@link ulens.gateway.work.GroupWriter}: the events wait in the table, not in memory, and each has an outcome
 * of its own, which may come long after that of its batch.
 */
public final class Outbox implements Measured, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Outbox.class.getName());

    private final OutboxTable table;
    private final BooleanSupplier databaseThere;
    private final OutboxConfig settings;
    private final Task confirming = Task.of(LOGGER, "[GATEWAY][RMQ]", "events");
    private final OutboxRelay relay;
    private final Loop loop;

    /**
     * Creates an outbox, which publishes from {@link #start} on.
     *
     * @param table
     *            the rows
     * @param publisher
     *            publishes them
     * @param takesEvents
     *            whether the broker accepts publications now
     * @param databaseThere
     *            whether the database answers now
     * @param settings
     *            batch size and times
     */
    public Outbox(OutboxTable table, EventPublisher publisher, BooleanSupplier takesEvents,
            BooleanSupplier databaseThere, OutboxConfig settings) {
        this.table = table;
        this.databaseThere = databaseThere;
        this.settings = settings;
        Task looking = Task.of(LOGGER, "[GATEWAY][DB]", "publish-outbox");
        this.relay = new OutboxRelay(table, publisher, takesEvents, settings, looking, confirming);
        this.loop = Loop.virtual(looking, relay::look);
    }

    /**
     * Starts the outbox.
     *
     * @return this outbox
     */
    public Outbox start() {
        loop.start();
        return this;
    }

    /** Tells the outbox that there are new rows. */
    public void wake() {
        relay.wake();
    }

    @Override
    public void register(Meters meters) {
        meters.counter("events_published", "Events that RabbitMQ has confirmed", relay::published).gauge(
                "outbox_waiting", "Events that RabbitMQ has not confirmed; -1 while the database is away",
                this::waiting);
    }

    private long waiting() {
        try {
            return databaseThere.getAsBoolean() ? table.waiting() : -1;
        } catch (RuntimeException _) {
            return -1;
        }
    }

    /**
     * Publishes the remaining rows, then ends. Events that are not confirmed by then are published after the next
     * start.
     *
     * @param limit
     *            the longest time that this may take
     */
    public void close(Duration limit) {
        // In this order: a relay that has finished while its loop has not been told to end would look once more.
        loop.end();
        relay.finish();
        loop.close(limit);
        confirming.close();
    }

    @Override
    public void close() {
        close(settings.claim());
    }
}
