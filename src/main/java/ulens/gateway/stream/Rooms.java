package ulens.gateway.stream;

import ulens.gateway.config.StreamConfig;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The rooms of this node: for each user on line, the cursors of the user's sockets. New rows are offered to them after
 * their commit, and a slow sweep compares the rooms with the database, so that a lost hint, or a row that another node
 * stored, is found.
 *
 * @param <M>
 *            an encoded row
 */
public final class Rooms<M> implements NewRows, Measured, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Rooms.class.getName());
    private static final int SWEEP_USERS = 1_000;

    private final Map<String, List<Cursor<M>>> rooms = new ConcurrentHashMap<>();
    private final BlockingQueue<Runnable> offered = new ArrayBlockingQueue<>(1);
    private final StreamReader streams;
    private final RowEncoder<M> encoder;
    private final DeliveryCounts counts;
    private final ProofSink proofs;
    private final CatchUp<M> catchUp;
    private long saidRestarts;
    private final Loop offers;
    private final Loop sweeps;

    /** Rooms whose offers and sweeps nobody runs before {@link #start}. */
    Rooms(StreamReader streams, RowEncoder<M> encoder, DeliveryCounts counts, ProofSink proofs, CatchUp<M> catchUp,
            Duration sweepInterval) {
        this.streams = streams;
        this.encoder = encoder;
        this.counts = counts;
        this.proofs = proofs;
        this.catchUp = catchUp;
        this.offers = Loop.virtual(Task.of(LOGGER, "[GATEWAY][WS]", "offer-new-rows"), this::offerNext);
        this.sweeps = Loop.every(Task.of(LOGGER, "[GATEWAY][DB]", "sweep"), sweepInterval, this::sweep);
    }

    /**
     * Opens empty rooms.
     *
     * @param <M>
     *            an encoded row
     * @param table
     *            the rows
     * @param encoder
     *            makes of a row what sockets send; called once per row for all sockets of its user
     * @param settings
     *            how much is read at once, and when
     *
     * @return the rooms, with the threads that serve them
     */
    public static <M> Rooms<M> open(DeliveryTable table, RowEncoder<M> encoder, StreamConfig settings) {
        DeliveryCounts counts = new DeliveryCounts();
        ProofSink proofs = new ProofWriter(table, counts);
        CatchUp<M> catchUp = new CatchUp<>(table, encoder, counts, proofs, settings.pageSize(),
                new ReadGate(settings.concurrentReads()), CatchUp.Threads.virtual());
        Rooms<M> rooms = new Rooms<>(table, encoder, counts, proofs, catchUp, settings.sweepInterval());
        rooms.start();
        return rooms;
    }

    void start() {
        offers.start();
        sweeps.start();
    }

    /**
     * Enters a socket into its user's room. It is pushed nothing before its cursor is started.
     *
     * @param userId
     *            whose room
     * @param sink
     *            the socket
     *
     * @return its cursor, to be given back with {@link #leave}
     */
    public Cursor<M> join(String userId, Sink<M> sink) {
        Cursor<M> cursor = new Cursor<>(userId, sink, proofs, catchUp::start);
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
     */
    @Override
    public void offer(StoredBatch stored) {
        put(() -> push(stored));
    }

    /**
     * A backlog has come to its end. While one lasts, many sockets have rows on the way and put off their proofs of
     * receipt for the rows that follow. Once everything offered has been pushed, none follow, and the proofs are asked
     * for at once. Waits as {@link #offer} does.
     */
    @Override
    public void backlogEnds() {
        put(this::hurryProofs);
    }

    private void put(Runnable action) {
        try {
            offered.put(action);
        } catch (InterruptedException _) {
            // the process stops; the clients are replayed
            Thread.currentThread().interrupt();
        }
    }

    /** If it fails: committed is committed, the sockets find the rows by themselves, and the next batch is offered. */
    private boolean offerNext() throws InterruptedException {
        Runnable next = offered.poll(Loop.BEAT.toNanos(), TimeUnit.NANOSECONDS);
        if (next != null) {
            next.run();
        }
        return false;
    }

    /** Pushes what was stored to whoever is here. */
    void push(StoredBatch stored) {
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
            for (List<Delivery> chunk : Chunks.of(rows)) {
                List<LiveRow<M>> live = chunk.stream().map(row -> new LiveRow<>(row, encoder)).toList();
                room.forEach(cursor -> counts.live(cursor.offer(live)));
            }
        } finally {
            room.forEach(Cursor::askForProof);
        }
    }

    void hurryProofs() {
        rooms.values().forEach(room -> room.forEach(Cursor::hurryProof));
    }

    private void nudge(String userId) {
        rooms.getOrDefault(userId, List.of()).forEach(Cursor::nudge);
    }

    /** {@return the users that have a socket here} */
    public int users() {
        return rooms.size();
    }

    @Override
    public void register(Meters meters) {
        counts.register(meters);
        meters.gauge("users_online", "Users with a socket on this node", this::users).gauge("replays_waiting",
                "Sockets that wait for their turn to read from the database", catchUp::waiting);
    }

    /** {@return what has been done since the start} */
    public DeliveryCounts counts() {
        return counts;
    }

    /** Compares the streams of the users that are here with the database. */
    void sweep() {
        List<String> users = List.copyOf(rooms.keySet());
        for (int from = 0; from < users.size(); from += SWEEP_USERS) {
            sweep(users.subList(from, Math.min(from + SWEEP_USERS, users.size())));
        }
        sayRestarts();
    }

    private void sweep(List<String> users) {
        // before the question: only then does an answer that lies behind mean that the stream has gone back
        Map<Cursor<M>, Long> positions = new HashMap<>();
        users.forEach(user -> rooms.getOrDefault(user, List.of())
                .forEach(cursor -> positions.put(cursor, cursor.place().seq())));
        Map<String, Head> heads = streams.heads(users);
        positions.forEach((cursor, before) -> cursor.hear(heads.getOrDefault(cursor.userId(), Head.NONE), before));
    }

    private void sayRestarts() {
        long restarts = counts.restarts();
        if (restarts > saidRestarts) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][DB] {0} sockets started afresh: their streams have gone back in time or are new ones"
                            + " (table database_generation says why)",
                    restarts - saidRestarts);
            saidRestarts = restarts;
        }
    }

    /** Ends all pushing, reading and marking. Call it after the sockets are gone. */
    @Override
    public void close() {
        offers.close();
        sweeps.close();
        catchUp.close();
        proofs.close();
    }
}
