package ulens.gateway.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import static ulens.gateway.bench.Peer.Kind.CEILING;
import static ulens.gateway.bench.Peer.Kind.DURABLE;
import static ulens.gateway.bench.Peer.Kind.GATEWAY;
import static ulens.gateway.bench.Peer.Kind.GROWN;
import static ulens.gateway.bench.Peer.Kind.SEED;

/**
 * Measures the gateway and its peers on the same work. All stand ready all the time; each measure is taken of one after
 * the other, in another order each round, so that a machine that is slow for a while is slow for all. Started by
 * {@code bench/run}.
 */
public final class Bench implements AutoCloseable {
    private static final int GROWN_USERS = 10_000;
    private static final int GROWN_ROWS_EACH = 1_000;

    private final int rounds = Integer.parseInt(System.getenv().getOrDefault("BENCH_ROUNDS", "3"));
    private final Set<String> only = Set.of(System.getenv().getOrDefault("BENCH_ONLY", "").split(","));
    private final Set<String> peers = Set.of(System.getenv().getOrDefault("BENCH_PEERS", "").split(","));
    private final String server = System.getenv("BENCH_DATABASE");
    private final Figures figures = new Figures();
    private final Measure.Ids ids = new Measure.Ids();
    private final Map<Peer.Kind, Measure> standing = new EnumMap<>(Peer.Kind.class);
    private final Store store = new Store(server, "ulens_bench");

    private Bench() {
    }

    /** Runs all, prints the table and writes it. */
    public static void main(String[] args) throws IOException {
        try (Bench bench = new Bench()) {
            bench.run();
        } catch (RuntimeException failure) {
            // not left to the main thread: those of a measure that broke off would keep the process
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private void run() throws IOException {
        long start = System.nanoTime();
        for (int round = 1; round <= rounds; round++) {
            System.out.println("round " + round + " of " + rounds);
            round(round);
        }
        if (wanted("growth")) {
            growth();
        }
        stop();
        if (wanted("idle")) {
            peers(SEED, GATEWAY).forEach(kind -> Idle.measure(kind, store, broker(kind), figures));
        }
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        try (Feeder feeder = new Feeder(broker(SEED))) {
            new Report(figures, Report.conditions(rounds, seconds, store, feeder)).write(Path.of("bench"));
        }
    }

    // The slowest peer, and what has no target, is measured once only: its time is better spent on more rounds of
    // others.
    private void round(int round) {
        if (wanted("live")) {
            each(round, Measure::live, SEED, GATEWAY, DURABLE);
            peers(CEILING).forEach(kind -> Ceiling.measure(broker(kind), figures, ids));
        }
        if (wanted("drain")) {
            each(round, Measure::drain, SEED, GATEWAY);
        }
        if (wanted("reads")) {
            each(round, Measure::reads, GATEWAY);
            once(round, Measure::reads, DURABLE);
        }
        if (wanted("latency")) {
            for (int perSecond : new int[] { 500, 2_000 }) {
                each(round, measure -> measure.latency(perSecond), GATEWAY);
                once(round, measure -> measure.latency(perSecond), SEED);
            }
            once(round, measure -> measure.latency(500), DURABLE);
        }
        if (wanted("replay")) {
            each(round, Measure::replay, GATEWAY, DURABLE);
        }
    }

    private void once(int round, Consumer<Measure> work, Peer.Kind... kinds) {
        if (round == 1) {
            each(round, work, kinds);
        }
    }

    private void each(int round, Consumer<Measure> work, Peer.Kind... kinds) {
        List<Peer.Kind> order = peers(kinds);
        Collections.rotate(order, round - 1);
        for (Peer.Kind kind : order) {
            work.accept(
                    standing.computeIfAbsent(kind, _ -> new Measure(kind, store, broker(kind), figures, ids)).online());
        }
    }

    private List<Peer.Kind> peers(Peer.Kind... kinds) {
        List<Peer.Kind> wanted = new ArrayList<>(List.of(kinds));
        wanted.removeIf(kind -> !peers.contains("") && !peers.contains(kind.title()));
        return wanted;
    }

    /** The same work on a large table and on an empty one, in turn. */
    private void growth() {
        stop();
        System.out.println("growth: filling " + GROWN_USERS * GROWN_ROWS_EACH + " rows");
        Figures apart = new Figures();
        try (Store grown = new Store(server, "ulens_bench_grown")) {
            grown.grow(GROWN_USERS, GROWN_ROWS_EACH);
            store.clear();
            try (Measure large = new Measure(GROWN, grown, broker(GROWN), apart, ids);
                    Measure empty = new Measure(GATEWAY, store, broker(GATEWAY), apart, ids)) {
                for (int round = 0; round < rounds; round++) {
                    List<Measure> order = round % 2 == 0 ? List.of(empty, large) : List.of(large, empty);
                    order.forEach(measure -> measure.online().live());
                    order.forEach(Measure::replay);
                }
            }
        }
        List.of("live", "replay").forEach(measure -> figures.addAll("growth: " + measure, measure, apart));
    }

    private void stop() {
        standing.values().forEach(Measure::close);
        standing.clear();
    }

    private String broker(Peer.Kind kind) {
        return System.getenv("BENCH_BROKER") + "-" + kind.name().toLowerCase(Locale.ROOT);
    }

    private boolean wanted(String name) {
        return only.contains("") || only.contains(name);
    }

    @Override
    public void close() {
        stop();
        store.close();
    }
}
