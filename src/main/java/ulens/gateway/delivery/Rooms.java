package ulens.gateway.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The rooms of this node: for each user on line, the cursors of the user's sockets. New rows are offered to them after
 * their commit, and a slow sweep compares the rooms with the database, so that a lost hint, or a row that another node
 * stored, is found.
 *
 * @param <M>
 *            an encoded row
 */
public final class Rooms<M> implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Rooms.class.getName());
    private static final int SWEEP_USERS = 1_000;

    private final Map<String, List<Cursor<M>>> rooms = new ConcurrentHashMap<>();
    private final BlockingQueue<Runnable> offered = new ArrayBlockingQueue<>(1);
    private final DeliveryTable table;
    private final RowEncoder<M> encoder;
    private final DeliveryCounts counts = new DeliveryCounts();
    private final ExecutorService threads = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("catch-up-", 0).factory());
    private final Confirmations confirmations;
    private final CatchUp<M> catchUp;

    /**
     * Empty rooms.
     *
     * @param table
     *            the rows
     * @param encoder
     *            makes of a row what sockets send; called once per row for all sockets of its user
     * @param pageSize
     *            rows read at once for a cursor that is behind
     * @param concurrentReads
     *            most such reads at one time
     * @param sweepInterval
     *            time between two comparisons with the database
     */
    public Rooms(DeliveryTable table, RowEncoder<M> encoder, int pageSize, int concurrentReads,
            Duration sweepInterval) {
        this.table = table;
        this.encoder = encoder;
        this.confirmations = new Confirmations(table, counts);
        this.catchUp = new CatchUp<>(table, encoder, counts, confirmations, pageSize, concurrentReads, threads);
        threads.execute(this::offerAll);
        threads.execute(() -> sweep(sweepInterval));
    }

    /**
     * Enters a socket into its user's room. It is pushed nothing before its cursor is started.
     *
     * @param userId
     *            whose room
     * @param outlet
     *            the socket
     *
     * @return its cursor, to be given back with {@link #leave}
     */
    public Cursor<M> join(String userId, Outlet<M> outlet) {
        Cursor<M> cursor = new Cursor<>(userId, outlet, confirmations, catchUp);
        rooms.compute(userId, (_, room) -> {
            List<Cursor<M>> joined = room == null ? new ArrayList<>(1) : new ArrayList<>(room);
            joined.add(cursor);
            return List.copyOf(joined);
        });
        return cursor;
    }

    /**
     * Takes a socket out of its room.
     *
     * @param cursor
     *            its cursor, which ends
     */
    public void leave(Cursor<M> cursor) {
        cursor.close();
        rooms.computeIfPresent(cursor.userId(), (_, room) -> {
            List<Cursor<M>> left = room.stream().filter(other -> other != cursor).toList();
            return left.isEmpty() ? null : left;
        });
    }

    /**
     * Offers rows that have just been committed, in the order of the calls, on a thread of its own: while they are
     * pushed, the next batch is stored. Waits while the batch before it is not begun.
     *
     * @param stored
     *            what became of a batch
     */
    public void offer(Stored stored) {
        afterOffers(() -> push(stored));
    }

    /**
     * Runs an action once everything offered before has been pushed. Waits as {@link #offer} does.
     *
     * @param action
     *            runs on the thread that pushes
     */
    public void afterOffers(Runnable action) {
        try {
            offered.put(action);
        } catch (InterruptedException _) {
            // the process stops; the clients are replayed
            Thread.currentThread().interrupt();
        }
    }

    private void offerAll() {
        try {
            while (true) {
                done(offered.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void done(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error failure) {
            // committed is committed: the sockets find the rows by themselves, and the next batch is offered
            LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][WS] new rows could not be offered", failure);
        }
    }

    private void push(Stored stored) {
        Map<String, List<Delivery>> byUser = new LinkedHashMap<>();
        for (Delivery row : stored.rows()) {
            if (rooms.containsKey(row.userId())) {
                byUser.computeIfAbsent(row.userId(), _ -> new ArrayList<>()).add(row);
            }
        }
        byUser.forEach(this::offer);
        LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] {0} new rows offered to {1} users", stored.rows().size(),
                byUser.size());
        // a row that was there already may never have been offered: its commit may have been in doubt
        stored.duplicateUsers().forEach(this::nudge);
    }

    private void offer(String userId, List<Delivery> rows) {
        List<Cursor<M>> room = rooms.getOrDefault(userId, List.of());
        try {
            for (List<Delivery> portion : Portion.of(rows)) {
                List<Fresh<M>> fresh = portion.stream().map(row -> new Fresh<>(row, encoder)).toList();
                room.forEach(cursor -> counts.live(cursor.offer(fresh)));
            }
        } finally {
            room.forEach(Cursor::askForProof);
        }
    }

    private void nudge(String userId) {
        rooms.getOrDefault(userId, List.of()).forEach(cursor -> cursor.hear(Long.MAX_VALUE));
    }

    /** {@return the users that have a socket here} */
    public int users() {
        return rooms.size();
    }

    /** {@return sockets that wait for their turn to read from the database} */
    public int waitingReads() {
        return catchUp.waiting();
    }

    /** {@return what has been done since the start} */
    public DeliveryCounts counts() {
        return counts;
    }

    private void sweep(Duration interval) {
        try {
            while (true) {
                Thread.sleep(interval);
                List<String> users = List.copyOf(rooms.keySet());
                for (int from = 0; from < users.size(); from += SWEEP_USERS) {
                    sweep(users.subList(from, Math.min(from + SWEEP_USERS, users.size())));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(List<String> users) {
        try {
            table.heads(users)
                    .forEach((user, head) -> rooms.getOrDefault(user, List.of()).forEach(cursor -> cursor.hear(head)));
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] sweep is waiting for the database", failure);
        }
    }

    /** Ends all pushing, reading and marking. Call it after the sockets are gone. */
    @Override
    public void close() {
        threads.shutdownNow();
        confirmations.close();
    }
}
