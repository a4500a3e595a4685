package ulens.gateway.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The measures of one peer, which is warmed up, with its clients on line: generates the load, checks that nothing is
 * missing, and adds the figures.
 */
final class Measure implements AutoCloseable {
    static final int USERS = 1_000;
    private static final int LIVE = 40_000;
    private static final int DRAIN = 60_000;
    private static final int REPLAY_EACH = 100;
    private static final int READS_EACH = 20;
    private static final int SECONDS = 20;
    private static final int WARM_UP = 10_000;
    /** Nanoseconds of warm-up: a JVM compiles for half a minute, and later measures show its usual speed. */
    private static final long WARM_UP_NANOS = 15_000_000_000L;
    private static final long LOOK_NANOS = 50_000_000;
    private static final int REPLAY_WARM_UP = 2;
    private static final int AT_ONCE = 200;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Peer.Kind kind;
    private final Store store;
    private final Feeder feeder;
    private final Figures figures;
    private final Ids ids;
    private final Peer peer;
    private Crowd crowd;
    private boolean warm;
    private boolean replayWarm;

    /** Starts the peer, on a virtual host of its own. */
    Measure(Peer.Kind kind, Store store, String broker, Figures figures, Ids ids) {
        this.kind = kind;
        this.store = store;
        this.feeder = new Feeder(broker);
        this.figures = figures;
        this.ids = ids;
        this.peer = Peer.start(kind, kind == Peer.Kind.DURABLE ? store.uri() : store.address(), broker);
    }

    Peer.Kind kind() {
        return kind;
    }

    /** Connects the users, and warms up the peer at the first call. */
    Measure online() {
        if (crowd == null) {
            store.settle();
            crowd = new Crowd(peer.port(), USERS).connect(AT_ONCE).awaitSubscribed();
        }
        if (!warm) {
            warm = true;
            for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS;) {
                Tally tally = tally(WARM_UP, false);
                feeder.publishAll(tally);
                await(tally);
            }
        }
        return this;
    }

    private void offline() {
        crowd.close();
        crowd = null;
    }

    private Tally tally(int expected, boolean keepIds) {
        Tally tally = new Tally(ids.next(expected), expected, USERS, keepIds);
        if (crowd != null) {
            crowd.into(tally);
        }
        return tally;
    }

    private void await(Tally tally) {
        crowd.await(tally::complete, LIMIT, kind.title() + ": notifications");
    }

    /** All users on line, publishing as fast as the broker takes messages, until all are received. */
    void live() {
        Tally tally = tally(LIVE, false);
        Duration ownCpu = ownCpu();
        Duration cpu = peer.cpu();
        long start = System.nanoTime();
        feeder.publishAll(tally);
        await(tally);
        double seconds = (tally.lastAt() - start) / 1e9;
        figures.add("live", kind, LIVE / seconds);
        figures.add("live: processor µs per message", kind, micros(peer.cpu().minus(cpu)) / LIVE);
        figures.add("live: load generator, share of a core", kind, micros(ownCpu().minus(ownCpu)) / 1e6 / seconds);
    }

    /** A backlog in the queue, all users on line, until all rows are received and marked. */
    void drain() {
        Tally tally = tally(DRAIN, false);
        peer.freeze();
        feeder.publishAll(tally);
        peer.thaw();
        long start = System.nanoTime();
        Duration cpu = peer.cpu();
        await(tally);
        figures.add("drain: processor µs per message", kind, micros(peer.cpu().minus(cpu)) / DRAIN);
        long end = kind == Peer.Kind.SEED ? tally.lastAt() : awaitMarked();
        figures.add("drain", kind, DRAIN / ((end - start) / 1e9));
    }

    private long awaitMarked() {
        boolean durable = kind == Peer.Kind.DURABLE;
        String open = "select count(*) from " + (durable ? "seed_notification" : "delivery")
                + " where delivered_at is null";
        // polled seldom and cheaply: the query that scans the table runs only when it is likely to find no row
        while (!durable && store.number(Store.LAST_OPEN) > 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        long end = System.nanoTime();
        while (store.number(open) > 0) {
            LockSupport.parkNanos(LOOK_NANOS);
            end = System.nanoTime();
        }
        return end;
    }

    /** Latency at an even rate, from when a message was due to be published to when its client has it. */
    void latency(int perSecond) {
        Tally tally = tally(perSecond * SECONDS, false);
        long[] due = feeder.publishAt(tally, perSecond);
        await(tally);
        double[] millis = new double[due.length];
        Arrays.setAll(millis, i -> (tally.receivedAt(i) - due[i]) / 1e6);
        Arrays.sort(millis);
        String name = "latency at " + perSecond + "/s: ";
        figures.add(name + "p50", kind, millis[millis.length / 2]);
        figures.add(name + "p95", kind, millis[millis.length * 95 / 100]);
        figures.add(name + "p99", kind, millis[millis.length * 99 / 100]);
        figures.add(name + "max", kind, millis[millis.length - 1]);
    }

    /** All users reconnect at the same moment, each with unread rows. */
    void replay() {
        if (crowd != null) {
            offline();
        }
        if (!replayWarm) {
            replayWarm = true;
            for (int time = 0; time < REPLAY_WARM_UP; time++) {
                replayOnce();
            }
        }
        figures.add("replay", kind, replayOnce());
    }

    private double replayOnce() {
        store.settle();
        Tally tally = tally(USERS * REPLAY_EACH, false);
        if (kind == Peer.Kind.DURABLE) {
            store.fillPeer(tally, USERS);
        } else {
            store.fill(tally, USERS);
        }
        try (Crowd back = new Crowd(peer.port(), USERS).into(tally)) {
            long start = System.nanoTime();
            back.connect(USERS);
            back.await(tally::complete, LIMIT, kind.title() + ": replay");
            return tally.expected() / ((tally.lastAt() - start) / 1e9);
        }
    }

    /** Every client marks one notification after the other as read. */
    void reads() {
        Tally tally = tally(USERS * READS_EACH, true);
        feeder.publishAll(tally);
        await(tally);
        Reads reads = crowd.read(READS_EACH);
        crowd.await(reads::done, LIMIT, kind.title() + ": answers");
        figures.add("reads", kind, reads.perSecond());
    }

    private static double micros(Duration time) {
        return time.toNanos() / 1e3;
    }

    private static Duration ownCpu() {
        return Duration
                .ofNanos(((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime());
    }

    @Override
    public void close() {
        if (crowd != null) {
            crowd.close();
        }
        peer.close();
        feeder.close();
    }

    /** Ids that no measurement has used before. */
    static final class Ids {
        private long next = 1;

        long next(int count) {
            long from = next;
            next += count;
            return from;
        }
    }
}
