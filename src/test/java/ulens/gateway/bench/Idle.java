package ulens.gateway.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Measures many idle clients: memory per client, and processor time per client. */
final class Idle {
    private static final int FEW = 200;
    private static final int WARM_UP = 2_000;
    private static final int MANY = 10_000;
    private static final Duration REST = Duration.ofSeconds(25);

    private Idle() {
    }

    static void measure(Peer.Kind kind, Store store, String broker, Figures figures) {
        store.settle();
        try (Peer peer = Peer.start(kind, store.address(), broker);
                Crowd few = new Crowd(peer.port(), FEW).connect(FEW).awaitSubscribed()) {
            // classes that are loaded and compiled for the first connections must not count
            new Crowd(peer.port(), WARM_UP).connect(FEW).awaitSubscribed().close();
            boolean jvm = kind == Peer.Kind.GATEWAY;
            long heap = jvm ? peer.liveHeap() : 0;
            long before = peer.resident();
            try (Crowd many = new Crowd(peer.port(), MANY).connect(FEW).awaitSubscribed()) {
                if (jvm) {
                    figures.add("idle: live heap KB per connection", kind, (peer.liveHeap() - heap) / 1e3 / MANY);
                }
                figures.add("idle: resident KB per connection", kind, (peer.resident() - before) / 1e3 / MANY);
                Duration cpu = peer.cpu();
                rest();
                figures.add("idle: processor µs per connection and second", kind,
                        peer.cpu().minus(cpu).toNanos() / 1e3 / REST.toSeconds() / MANY);
                if (many.gone() + few.gone() > 0) {
                    throw new IllegalStateException(many.gone() + " connections ended by themselves");
                }
            }
        }
    }

    private static void rest() {
        try {
            TimeUnit.NANOSECONDS.sleep(REST.toNanos());
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
