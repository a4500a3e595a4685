package ulens.gateway.stream;

import io.helidon.dbclient.DbClientException;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rooms, cursors and catch-up, the real ones, against plain lists: two users with three devices, under random
 * interleavings of commits, hints (late, lost, or of another node's rows: none), page reads and what happens between
 * their parts, reads that fail, joins, leaves, full sockets, receipts, and a database that goes back in time, with a
 * sign and without one.
 * <p>
 * On one connection seq only grows within a generation, so nothing comes twice; nothing is skipped; no receipt is
 * proved of what was not received; a hint makes a cursor read even while it reads; and in the end everybody has
 * everything, and it is proved.
 * <p>
 * {@code -Dmodel.schedules=N} runs N of them, {@code -Dmodel.seed=N} only that of one seed, which a failure names.
 */
class StreamModelTest {
    private static final int SCHEDULES = Integer.getInteger("model.schedules", 100_000);
    private static final int STEPS = 40;
    private static final int LANES = 2;
    private static final int PAGE = 3;
    private static final DbClientException AWAY = new DbClientException("away");
    private static final IllegalStateException BROKEN = new IllegalStateException("broken");

    /** Held on to, so that they stay quiet: nearly all schedules have something to warn of. */
    private final List<Logger> logs = List.of(Logger.getLogger(CatchUp.class.getName()),
            Logger.getLogger(Rooms.class.getName()));
    private final Map<String, Long> seen = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    @Test
    void everyClientGetsEveryRowOnceInOrderWhateverHappensMeanwhile() throws InterruptedException {
        Long one = Long.getLong("model.seed");
        logs.forEach(log -> log.setLevel(Level.OFF));
        try {
            run(one == null ? LongStream.range(0, SCHEDULES) : LongStream.of(one));
        } finally {
            logs.forEach(log -> log.setLevel(null));
        }
        if (one == null) {
            // a model in which nothing happens would prove nothing
            assertThat(seen)
                    .allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThanOrEqualTo(SCHEDULES / 50));
        }
    }

    private void run(LongStream seeds) throws InterruptedException {
        Iterator<Long> left = seeds.iterator();
        Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();
        List<Thread> lanes = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            // turns pass from one virtual thread to another without the operating system
            lanes.add(Thread.ofVirtual().start(() -> {
                try {
                    for (Long seed = next(left); seed != null && failures.isEmpty(); seed = next(left)) {
                        run(seed);
                    }
                } catch (AssertionError failure) {
                    failures.add(failure);
                }
            }));
        }
        for (Thread lane : lanes) {
            lane.join();
        }
        if (!failures.isEmpty()) {
            throw failures.element();
        }
    }

    private Long next(Iterator<Long> left) {
        lock.lock();
        try {
            return left.hasNext() ? left.next() : null;
        } finally {
            lock.unlock();
        }
    }

    private void run(long seed) {
        Schedule schedule = new Schedule(seed);
        try {
            schedule.run();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("with -Dmodel.seed=" + seed + ": " + failure.getMessage(), failure);
        }
        schedule.seen().forEach((what, times) -> seen.merge(what, times, Long::sum));
    }

    private static final class Schedule implements ProofSink, StreamReader {
        private final SplittableRandom random;
        private final Turns turns;
        private final Map<String, ModelStream> streams = new HashMap<>();
        private final Map<ModelDevice, ModelStream> devices = new HashMap<>();
        private final List<ModelDevice> order = new ArrayList<>();
        private final Deque<StoredBatch> hints = new ArrayDeque<>();
        private final DeliveryCounts counts = new DeliveryCounts();
        private final Rooms<ModelSocket.Sent> rooms;
        private boolean sweeping;
        private boolean calm;
        private long resumed;
        private long rows;
        private long lost;
        private long brokenOff;

        Schedule(long seed) {
            random = new SplittableRandom(seed);
            turns = new Turns(random);
            for (String user : List.of("ann", "ben")) {
                ModelStream stream = new ModelStream(user, random);
                streams.put(user, stream);
                if (random.nextInt(8) == 0) {
                    stream.storeSettled(120);
                }
            }
            for (String user : List.of("ann", "ann", "ben")) {
                ModelDevice device = new ModelDevice();
                devices.put(device, streams.get(user));
                order.add(device);
            }
            RowEncoder<ModelSocket.Sent> encoder = (row, position) -> new ModelSocket.Sent(row.notificationId(),
                    position);
            CatchUp<ModelSocket.Sent> catchUp = new CatchUp<>(this, encoder, counts, this, PAGE,
                    new ReadGate(Integer.MAX_VALUE), turns);
            rooms = new Rooms<>(this, encoder, counts, this, catchUp, Duration.ofDays(1));
        }

        Map<String, Long> seen() {
            return Map.of("pushed from memory", counts.pushed() - counts.replayed(), "replayed", counts.replayed(),
                    "set back", counts.restarts(), "failed reads", counts.readFailures(), "resumed", resumed, "rows",
                    rows, "lost hints", lost, "broken off", brokenOff);
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                step();
                check();
            }
            calm = true;
            settle();
            order.stream().filter(ModelDevice::onLine).forEach(device -> device.socket().checkTold());
            order.forEach(this::connect);
            settle();
            sweep();
            settle();
            order.forEach(device -> device.socket().checkComplete());
            check();
            rooms.close();
        }

        private void check() {
            streams.values().forEach(ModelStream::check);
        }

        /** Until nothing moves any more, but for what only a sweep finds. */
        private void settle() {
            while (!hints.isEmpty()) {
                offer();
            }
            boolean moved = true;
            while (moved) {
                moved = false;
                while (!turns.over()) {
                    turns.next();
                    order.forEach(this::drain);
                    check();
                }
                for (ModelDevice device : order) {
                    moved |= drain(device);
                }
            }
            mark();
        }

        private boolean drain(ModelDevice device) {
            boolean any = false;
            while (device.onLine() && device.socket().receive()) {
                any = true;
            }
            return any;
        }

        private void step() {
            ModelDevice device = order.get(random.nextInt(order.size()));
            ModelStream stream = devices.get(device);
            switch (random.nextInt(40)) {
                case 0, 1, 2, 3 -> commit();
                case 4 -> stream.dump();
                case 5 -> rarely(stream::restore);
                case 6 -> rarely(stream::erase);
                case 7 -> rarely(() -> loseUnseen(stream));
                case 8, 9, 10 -> connect(device);
                case 11 -> device.cut(rooms);
                case 12, 13, 14 -> Optional.ofNullable(device.socket()).ifPresent(ModelSocket::receive);
                case 15 -> drain(device);
                case 16 -> device.ids().stream().findAny().ifPresent(stream::read);
                case 17, 18, 19, 20 -> offer();
                case 21 -> mark();
                case 22 -> sweep();
                case 23 -> rarely(() -> Optional.ofNullable(device.socket()).ifPresent(ModelSocket::subscribe));
                default -> turns.next();
            }
        }

        private void rarely(Runnable action) {
            if (random.nextInt(4) == 0) {
                action.run();
            }
        }

        /** By this node, which tells its rooms, or by another one. */
        private void commit() {
            List<Delivery> stored = new ArrayList<>();
            Set<String> doubtful = new HashSet<>();
            for (ModelStream stream : streams.values()) {
                if (random.nextInt(3) > 0) {
                    stored.addAll(stream.store(1 + random.nextInt(4)));
                }
                if (random.nextInt(16) == 0) {
                    doubtful.add(stream.user());
                }
            }
            rows += stored.size();
            if (random.nextInt(8) > 0) {
                hints.add(new StoredBatch(stored, doubtful.size(), doubtful));
            }
        }

        /** A hint comes, or is lost. */
        private void offer() {
            StoredBatch hint = hints.poll();
            if (hint == null) {
                return;
            }
            if (random.nextInt(8) == 0) {
                lost++;
                return;
            }
            hint.rows().forEach(row -> told(row.userId(), row.generation(), row.seq()));
            hint.duplicateUsers()
                    .forEach(user -> told(user, streams.get(user).head().generation(), streams.get(user).head().seq()));
            rooms.push(hint);
        }

        private void told(String user, long generation, long seq) {
            order.stream().filter(device -> device.onLine() && devices.get(device).user().equals(user))
                    .forEach(device -> device.socket().told(generation, seq));
        }

        private void sweep() {
            if (sweeping) {
                return;
            }
            sweeping = true;
            turns.run(() -> {
                rooms.sweep();
                sweeping = false;
            }, _ -> sweeping = false);
        }

        private void mark() {
            streams.values().forEach(stream -> stream
                    .mark(id -> order.stream().anyMatch(device -> devices.get(device) == stream && device.has(id))));
        }

        /**
         * Beyond what a generation can show, only being ahead of the head does, and only until it has grown again. So
         * everybody looks before the next row is stored, what has arrived has arrived before, and what is proved
         * already has been written. Only pongs may come later.
         */
        private void loseUnseen(ModelStream stream) {
            calm = true;
            hints.clear();
            quiet();
            mark();
            stream.loseUnseen(1 + random.nextInt(3));
            for (ModelDevice device : order) {
                if (devices.get(device) == stream) {
                    Optional.ofNullable(device.socket()).ifPresent(ModelSocket::wentBack);
                    connect(device);
                }
            }
            sweep();
            quiet();
            calm = false;
        }

        private void quiet() {
            while (!turns.over()) {
                turns.next();
                arrive();
            }
            arrive();
        }

        private void arrive() {
            order.stream().filter(ModelDevice::onLine).forEach(device -> device.socket().receiveWithoutPongs());
            check();
        }

        private void connect(ModelDevice device) {
            if (device.onLine()) {
                return;
            }
            device.cut(rooms);
            ModelStream stream = devices.get(device);
            Head head = stream.head();
            Optional<Position> offset = device.offset().filter(position -> position.isIn(head));
            ModelSocket socket = new ModelSocket(device, stream, turns);
            device.connected(socket);
            socket.join(rooms);
            if (!calm && random.nextInt(8) == 0) {
                // the database goes back right after the look at the head
                stream.restore();
            }
            if (offset.isPresent() && random.nextInt(4) > 0) {
                resumed++;
                stream.provedBy(device, () -> socket.resume(offset.get()));
            } else if (random.nextInt(4) == 0 && stream.head().seq() > 0) {
                // only the newest rows: what later parts do
                long floor = random.nextLong(stream.head().seq());
                socket.resume(new Position(floor, stream.head().generation(), stream.head().seq(), floor));
            } else {
                device.forgetOffset();
                socket.subscribe();
            }
        }

        @Override
        public Page page(String userId, long after, long openUntil, int limit) {
            turns.mayGiveWay();
            fail();
            ModelStream stream = streams.get(userId);
            Page page = stream.page(after, openUntil, limit);
            if (after == 0 && openUntil == Long.MAX_VALUE) {
                turns.socket().openUpTo(page.head());
            }
            turns.mayGiveWay();
            return page;
        }

        @Override
        public Map<String, Head> heads(Collection<String> userIds) {
            turns.mayGiveWay();
            fail();
            Map<String, Head> heads = new HashMap<>();
            Stream.of("ann", "ben").filter(userIds::contains).map(streams::get)
                    .filter(stream -> stream.head() != Head.NONE)
                    .forEach(stream -> heads.put(stream.user(), stream.head()));
            turns.mayGiveWay();
            return heads;
        }

        private void fail() {
            if (!calm && random.nextInt(8) == 0) {
                throw AWAY;
            }
            if (!calm && random.nextInt(64) == 0) {
                brokenOff++;
                throw BROKEN;
            }
        }

        @Override
        public void add(Proof proof) {
            streams.get(proof.userId()).prove(proof);
        }

        @Override
        public void settled(String userId, Settled note) {
            turns.mayGiveWay();
            streams.get(userId).settle(note);
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
