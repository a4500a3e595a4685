package ulens.gateway.config;

import ulens.gateway.engineio.EngineConfig;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.socketio.SocketIoConfig;

import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the settings of Socket.IO and Engine.IO. */
final class SocketKnobs {
    private static final Pattern PATH = Pattern.compile("/([\\w.~-]+/)+");
    private static final int SOFT_QUEUE_LIMIT = 64 * 1024;
    private static final int LEAST_HARD_QUEUE_LIMIT = 4 * 1024 * 1024;
    private static final int PACKETS_PER_POST = 1_000;
    private static final int MOST_SESSIONS = 100_000;
    private static final int COST_OF_A_SESSION = 24 * 1024;
    private static final Duration LEAST = Duration.ofMillis(50);
    private static final Duration MOST = Duration.ofHours(1);

    private SocketKnobs() {
    }

    static SocketIoConfig read(Knobs knobs, PeerRules peers, int maxBody) {
        EngineConfig engine = engine(knobs, peers, maxBody);
        return SocketIoConfig.defaults().with(engine)
                .withConnectTimeout(knobs.duration("socket.connect-timeout", Duration.ofSeconds(45), LEAST, MOST))
                .with(SocketIoConfig.Inbound.defaults().withBytes(
                        knobs.integer("socket.max-payload-before-join", 16 * 1024, 1024, 1024 * 1024),
                        knobs.integer("socket.inbound-memory", inboundMemory(engine.limits().maxPayload()), 1024 * 1024,
                                Integer.MAX_VALUE)));
    }

    private static EngineConfig engine(Knobs knobs, PeerRules peers, int maxBody) {
        int maxSessions = maxSessions();
        String path = knobs.parsed("socket.path", "/socket.io/", "a path with a slash at both ends, like /socket.io/",
                value -> PATH.matcher(value).matches() ? value : null);
        return EngineConfig.defaults(path).with(peers).withOrigins(knobs.list("socket.origins", Set.of("*")))
                .with(new EngineConfig.Heartbeat(
                        knobs.duration("socket.ping-interval", Duration.ofSeconds(25), LEAST, MOST),
                        knobs.duration("socket.ping-timeout", Duration.ofSeconds(20), LEAST, MOST),
                        knobs.duration("delivery.confirm-after", Duration.ofMillis(200), Duration.ZERO,
                                Duration.ofSeconds(10))))
                .with(new EngineConfig.Queue(SOFT_QUEUE_LIMIT, hardQueueLimit(maxBody),
                        knobs.duration("slow-client.timeout", Duration.ofSeconds(30), Duration.ofMillis(100), MOST)))
                .with(new EngineConfig.Limits(knobs.integer("socket.max-payload", 1_000_000, 1024, 100_000_000),
                        PACKETS_PER_POST, knobs.integer("socket.max-sessions", maxSessions, 1, 10_000_000),
                        knobs.integer("socket.max-sessions-per-address", Math.min(maxSessions, 20_000), 1,
                                10_000_000)));
    }

    /**
     * {@return the hard limit of a send queue in bytes} Leaves room for the largest row when the queue is almost at its
     * soft limit; PostgreSQL writes JSON with additional blanks.
     */
    private static int hardQueueLimit(int maxBody) {
        return Math.max(LEAST_HARD_QUEUE_LIMIT, SOFT_QUEUE_LIMIT + 3 * maxBody);
    }

    /**
     * {@return as many sessions as fit half of the heap} A silent connection costs 19 KB of it (measured: read buffer,
     * stack of its reader, session), and one that has joined some more.
     */
    private static int maxSessions() {
        return (int) Math.min(MOST_SESSIONS, Runtime.getRuntime().maxMemory() / 2 / COST_OF_A_SESSION);
    }

    /** {@return an eighth of the heap; if that is small, room for a few of the largest messages} */
    private static int inboundMemory(int maxPayload) {
        long heap = Runtime.getRuntime().maxMemory();
        return (int) Math.min(Math.min(Math.max(heap / 8, 8L * maxPayload), heap / 2), Integer.MAX_VALUE);
    }
}
