package ulens.gateway.bench;

import java.util.List;
import java.util.OptionalDouble;

import static ulens.gateway.bench.Peer.Kind.CEILING;
import static ulens.gateway.bench.Peer.Kind.DURABLE;
import static ulens.gateway.bench.Peer.Kind.GATEWAY;
import static ulens.gateway.bench.Peer.Kind.GROWN;
import static ulens.gateway.bench.Peer.Kind.SEED;

/**
 * A target of the gateway.
 *
 * @param measure
 *            the measure
 * @param of
 *            the peer whose figure counts
 * @param to
 *            the peer that it is divided by; null for the figure itself
 * @param limit
 *            the lowest or highest value allowed
 * @param least
 *            whether the limit is the lowest value
 */
record Target(String measure, Peer.Kind of, Peer.Kind to, double limit, boolean least) {

    static final List<Target> ALL = List.of(new Target("live", GATEWAY, SEED, 1.3, true),
            new Target("live", GATEWAY, DURABLE, 4, true), new Target("live", GATEWAY, CEILING, 0.5, true),
            new Target("drain", GATEWAY, SEED, 1.5, true), new Target("latency at 500/s: p50", GATEWAY, null, 4, false),
            new Target("latency at 500/s: p99", GATEWAY, null, 15, false),
            new Target("latency at 2000/s: p99", GATEWAY, null, 40, false),
            new Target("replay", GATEWAY, null, 40_000, true), new Target("replay", GATEWAY, DURABLE, 3, true),
            new Target("reads", GATEWAY, null, 5_000, true),
            new Target("idle: resident KB per connection", GATEWAY, null, 20, false),
            new Target("growth: live", GROWN, GATEWAY, 0.9, true),
            new Target("growth: replay", GROWN, GATEWAY, 0.9, true));

    OptionalDouble reached(Figures figures) {
        return to == null ? figures.median(measure, of) : figures.ratio(measure, of, to);
    }

    boolean met(double figure) {
        return least ? figure >= limit : figure <= limit;
    }

    String text() {
        String number = limit == Math.rint(limit) ? "%,.0f".formatted(limit) : "%.1f".formatted(limit);
        return (least ? "at least " : "at most ") + number + (to == null ? "" : " × " + to.title());
    }
}
