package ulens.gateway.recovery;

import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The regular work of a node for its sessions: writes its heartbeat, cuts connections whose session another node has
 * taken over, and from time to time deletes the rows of nodes and clients that are gone.
 */
final class NodeHeartbeat implements AutoCloseable {
    /** The time from one beat to the next, in seconds. */
    static final long SECONDS = 5;

    private static final System.Logger LOGGER = System.getLogger(NodeHeartbeat.class.getName());
    /**
     * Time without a heartbeat after which sessions are stored again; shorter than the time after which other nodes
     * consider this one gone.
     */
    private static final Duration SILENT = Duration.ofSeconds(25);
    private static final int BEATS_PER_TIDY = 12;

    private final ClientSessionTable table;
    private final LocalSessions sessions;
    private final Duration keep;
    private final Task tidying = Task.of(LOGGER, "[GATEWAY][DB]", "tidy-client-sessions");
    private long lastBeat = System.nanoTime();
    /** Random at first, so that the nodes do not tidy all at the same time. */
    private int beatsUntilTidy = ThreadLocalRandom.current().nextInt(BEATS_PER_TIDY);

    NodeHeartbeat(ClientSessionTable table, LocalSessions sessions, Duration keep) {
        this.table = table;
        this.sessions = sessions;
        this.keep = keep;
    }

    /** One beat; for one thread at a time. */
    void beat() {
        table.alive();
        if (System.nanoTime() - lastBeat > SILENT.toNanos()) {
            // other nodes may have marked our sessions as gone
            sessions.rewrite();
        }
        lastBeat = System.nanoTime();
        Map<String, Integer> epochs = sessions.epochs();
        if (!epochs.isEmpty()) {
            table.takenOver(epochs).forEach(pid -> sessions.takenOverElsewhere(pid, epochs.getOrDefault(pid, 0)));
        }
        tidy();
    }

    private void tidy() {
        if (--beatsUntilTidy > 0) {
            return;
        }
        beatsUntilTidy = BEATS_PER_TIDY;
        try {
            table.tidy(keep);
            tidying.succeeded();
        } catch (Throwable failure) {
            // tidying can wait until the next time, but the heartbeat must go on
            tidying.failed(failure);
        }
    }

    @Override
    public void close() {
        tidying.close();
    }
}
