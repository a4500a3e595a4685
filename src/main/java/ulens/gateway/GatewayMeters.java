package ulens.gateway;

import io.helidon.metrics.api.DistributionSummary;
import ulens.gateway.intake.BatchObserver;
import ulens.gateway.ops.Meters;
import ulens.gateway.ops.Tally;

import java.util.function.LongSupplier;

/** The numbers of a gateway, as operators read them. */
final class GatewayMeters implements AutoCloseable {
    private final Meters meters = new Meters();
    private final DistributionSummary sizes = meters.sizes("batch_size", "Messages in one transaction of intake");
    private final Meters.Recorder latency = meters.times("store_latency", "Time of one transaction of intake");

    @Override
    public void close() {
        meters.close();
    }

    BatchObserver batches() {
        return (messages, nanos) -> {
            sizes.record(messages);
            latency.record(nanos);
        };
    }

    void register(Gateway gateway) {
        meters.gauge("connections", "Open Engine.IO sessions", () -> gateway.sockets().connections())
                .gauge("users_online", "Users with a socket on this node", () -> gateway.rooms().users())
                .gauge("broker_connected", "1 while RabbitMQ is connected", () -> gateway.broker().connected() ? 1 : 0)
                .gauge("database_connections_in_use", "Connections of the pool that are in use",
                        () -> gateway.database().connectionsInUse())
                .gauge("database_connections_awaited", "Threads that wait for a connection of the pool",
                        () -> gateway.database().connectionsAwaited())
                .gauge("intake_in_hand", "Messages taken from RabbitMQ and not settled yet",
                        () -> gateway.intake().inHand())
                .gauge("intake_storing", "0 while messages can't be stored", () -> gateway.intake().storing() ? 1 : 0)
                .gauge("replays_waiting", "Sockets that wait for their turn to read from the database",
                        () -> gateway.rooms().waitingReads())
                .counter("messages_given_back", "Messages given back to RabbitMQ because they could not be stored",
                        () -> gateway.intake().counts().givenBack())
                .gauge("outbox_waiting", "Events that RabbitMQ has not confirmed; -1 while the database is away",
                        waiting(gateway))
                .counter("messages_consumed", "Messages taken from RabbitMQ",
                        () -> gateway.intake().counts().consumed())
                .counter("messages_stored", "Rows written", () -> gateway.intake().counts().stored())
                .counter("messages_duplicate", "Messages whose row was there already",
                        () -> gateway.intake().counts().duplicates())
                .counter("messages_dead_lettered", "Messages sent to the dead-letter queue",
                        () -> gateway.intake().counts().deadLettered())
                .counter("messages_retried", "Messages sent to the retry queue",
                        () -> gateway.intake().counts().retried())
                .counter("rows_pushed", "Rows written to sockets", () -> gateway.rooms().counts().pushed())
                .counter("rows_replayed", "Rows read from the database for sockets that were behind",
                        () -> gateway.rooms().counts().replayed())
                .counter("rows_delivered", "Rows marked delivered", () -> gateway.rooms().counts().delivered())
                .counter("rows_read", "Rows marked read", () -> gateway.receipts().read())
                .counter("events_published", "Events that RabbitMQ has confirmed", () -> gateway.outbox().published());
    }

    Tally tally(Gateway gateway) {
        return new Tally(System.getLogger(Gateway.class.getName()), "[GATEWAY][DB]",
                java.util.Map.of("consumed", () -> gateway.intake().counts().consumed(), "stored",
                        () -> gateway.intake().counts().stored(), "pushed", () -> gateway.rooms().counts().pushed(),
                        "delivered", () -> gateway.rooms().counts().delivered(), "read",
                        () -> gateway.receipts().read()));
    }

    private static LongSupplier waiting(Gateway gateway) {
        return () -> {
            try {
                return gateway.outboxTable().waiting();
            } catch (RuntimeException _) {
                return -1;
            }
        };
    }
}
