package ulens.gateway.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import static ulens.gateway.bench.Peer.Kind.BEFORE;
import static ulens.gateway.bench.Peer.Kind.CEILING;
import static ulens.gateway.bench.Peer.Kind.DURABLE;
import static ulens.gateway.bench.Peer.Kind.GATEWAY;
import static ulens.gateway.bench.Peer.Kind.GROWN;
import static ulens.gateway.bench.Peer.Kind.SEED;

/**
 * Measures the gateway and its peers on the same work. All peers are running all the time; each measure is taken of one
 * peer after the other, in another order each round, so that a temporarily slow machine affects all of them. Started by
 * {@code bench/run}.
 */
public final class Bench implements AutoCloseable {
    private static final int GROWN_USERS = 10_000;
    private static final int GROWN_ROWS_EACH = 1_000;
    private static final String MIGRATIONS = "db/migration";

    private final int rounds = Integer.parseInt(System.getenv().getOrDefault("BENCH_ROUNDS", "3"));
    private final Set<String> only = Set.of(System.getenv().getOrDefault("BENCH_ONLY", "").split(","));
    private final Set<String> peers = Set.of(System.getenv().getOrDefault("BENCH_PEERS", "").split(","));
    private final String server = System.getenv("BENCH_DATABASE");
    private final Figures figures = new Figures();
    private final Measure.Ids ids = new Measure.Ids();
    private final Map<Peer.Kind, Measure> standing = new EnumMap<>(Peer.Kind.class);
    private final Store store = new Store(server, "ulens_bench", MIGRATIONS);
    /** Has its own tables, since two gateways on the same tables would send each other's rows. */
    private final Optional<Store> before = Optional.ofNullable(System.getenv("BENCH_BEFORE"))
            .map(checkout -> new Store(server, "ulens_bench_before", checkout + "/" + MIGRATIONS));

    private Bench() {
    }

    /** Runs all measures, prints the table and writes it. */
    public static void main(String[] args) throws IOException {
        try (Bench bench = new Bench()) {
            bench.run();
        } catch (RuntimeException failure) {
            // exits explicitly, since threads of an aborted measure would keep the process alive
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

    // The slowest peer, and measures without a target, are measured once only, to leave time for more rounds of the
    // others.
    private void round(int round) {
        if (wanted("live")) {
            each(round, Measure::live, SEED, GATEWAY, BEFORE, DURABLE);
            peers(CEILING).forEach(kind -> Ceiling.measure(broker(kind), figures, ids));
        }
        if (wanted("drain")) {
            each(round, Measure::drain, SEED, GATEWAY, BEFORE);
        }
        if (wanted("reads")) {
            each(round, Measure::reads, GATEWAY, BEFORE);
            once(round, Measure::reads, DURABLE);
        }
        if (wanted("latency")) {
            for (int perSecond : new int[] { 500, 2_000 }) {
                each(round, measure -> measure.latency(perSecond), GATEWAY, BEFORE);
                once(round, measure -> measure.latency(perSecond), SEED);
            }
            once(round, measure -> measure.latency(500), DURABLE);
        }
        if (wanted("replay")) {
            each(round, Measure::replay, GATEWAY, BEFORE, DURABLE);
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
            work.accept(standing.computeIfAbsent(kind, _ -> new Measure(kind, store(kind), broker(kind), figures, ids))
                    .online());
        }
    }

    private List<Peer.Kind> peers(Peer.Kind... kinds) {
        List<Peer.Kind> wanted = new ArrayList<>(List.of(kinds));
        wanted.removeIf(kind -> !peers.contains("") && !peers.contains(kind.title()));
        wanted.removeIf(kind -> kind == BEFORE && before.isEmpty());
        return wanted;
    }

    private Store store(Peer.Kind kind) {
        return kind == BEFORE ? before.orElseThrow() : store;
    }

    /** The same work on a large table and on an empty one, in turn. */
    private void growth() {
        stop();
        System.out.println("growth: filling " + GROWN_USERS * GROWN_ROWS_EACH + " rows");
        Figures apart = new Figures();
        try (Store grown = new Store(server, "ulens_bench_grown", MIGRATIONS)) {
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
        before.ifPresent(Store::close);
    }
}
