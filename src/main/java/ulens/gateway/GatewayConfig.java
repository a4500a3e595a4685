package ulens.gateway;

import io.helidon.config.Config;
import ulens.gateway.rabbitmq.RabbitMqConnector;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Everything that can be set, checked at once.
 *
 * @param host
 *            address to listen on
 * @param port
 *            port to listen on; 0 takes a free one
 * @param auth
 *            tokens
 * @param rmq
 *            broker
 * @param database
 *            PostgreSQL
 * @param intake
 *            from the broker into the database
 * @param delivery
 *            from the database to the sockets
 * @param socket
 *            Socket.IO and Engine.IO
 * @param outbox
 *            from the database to the broker
 * @param stopGrace
 *            how long a stop may take
 * @param devFolder
 *            where the dev mode keeps its data
 */
public record GatewayConfig(String host, int port, Auth auth, Rmq rmq, Database database, Intake intake,
        Delivery delivery, Sockets socket, Outbox outbox, Duration stopGrace, String devFolder) {

    /** The secret of the dev mode: public, so good for nothing else. */
    static final String DEV_SECRET = "ulens-dev-secret-known-to-everybody";

    private static final int LEAST_PREFETCH = 100;
    private static final int MOST_PREFETCH = 16_000;
    private static final int DEFAULT_BATCH = 4_000;
    private static final int SECRET_BYTES = 32;
    private static final Pattern PATH = Pattern.compile("/([\\w.~-]+/)+");

    /**
     * Tokens.
     *
     * @param secret
     *            the HS256 key
     * @param secretIsDev
     *            whether it is the public one of the dev mode
     * @param clockSkew
     *            how much later than now a token's {@code nbf} may be
     * @param refuseWithConnectError
     *            whether a bad token is answered by CONNECT_ERROR instead of {@code ERROR}
     */
    public record Auth(String secret, boolean secretIsDev, Duration clockSkew, boolean refuseWithConnectError) {
        /** {@return whether the secret is shorter than HS256 asks for} */
        public boolean secretIsShort() {
            return secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES;
        }

        @Override
        public String toString() {
            return "Auth[…]";
        }
    }

    /**
     * The broker.
     *
     * @param url
     *            AMQP URI; empty: an embedded broker
     * @param queue
     *            queue of incoming notifications
     * @param retryQueue
     *            queue where a message waits for its next try
     * @param deadQueue
     *            queue of what can't be stored
     * @param queueType
     *            {@code classic} or {@code quorum}
     * @param prefetch
     *            most messages in hand
     */
    public record Rmq(Optional<String> url, String queue, String retryQueue, String deadQueue, String queueType,
            int prefetch) {
        @Override
        public String toString() {
            return "Rmq[" + queue + "]";
        }
    }

    /**
     * PostgreSQL.
     *
     * @param url
     *            where it is; empty: an embedded one
     * @param poolSize
     *            most connections
     * @param timeout
     *            longest wait for a connection, and for an answer on it
     * @param migrate
     *            whether the gateway creates and updates the tables at start
     */
    public record Database(Optional<DatabaseUrl> url, int poolSize, Duration timeout, boolean migrate) {
    }

    /**
     * Intake.
     *
     * @param batchSize
     *            most messages in one transaction
     * @param linger
     *            longest wait for a batch to fill; a fiftieth of it while batches are small
     * @param maxBody
     *            largest message body in bytes
     * @param hold
     *            how long messages are kept in hand while the database is away, before they are given back
     */
    public record Intake(int batchSize, Duration linger, int maxBody, Duration hold) {
    }

    /**
     * Delivery.
     *
     * @param pageSize
     *            rows read at once while a socket catches up
     * @param concurrentReads
     *            most such reads at one time
     * @param sweepInterval
     *            how often the rooms are compared with the database
     * @param confirmAfter
     *            how long a proof of receipt may wait to cover several rows; up to five times that while many wait
     * @param slowClientTimeout
     *            how long a socket's queue may stand still while something waits in it
     */
    public record Delivery(int pageSize, int concurrentReads, Duration sweepInterval, Duration confirmAfter,
            Duration slowClientTimeout) {
    }

    /**
     * Socket.IO and Engine.IO.
     *
     * @param path
     *            HTTP path
     * @param pingInterval
     *            time between heartbeats
     * @param pingTimeout
     *            longest wait for their answer
     * @param maxPayload
     *            largest message of a client in bytes
     * @param connectTimeout
     *            how long a client may take to join a namespace
     * @param origins
     *            allowed Origins
     * @param testInterval
     *            time between test notifications; zero: none
     * @param maxSessions
     *            most open connections
     * @param maxSessionsPerAddress
     *            most open connections of one address
     * @param maxDisconnection
     *            how long a client may be away and resume
     */
    public record Sockets(String path, Duration pingInterval, Duration pingTimeout, int maxPayload,
            Duration connectTimeout, Set<String> origins, Duration testInterval, int maxSessions,
            int maxSessionsPerAddress, Duration maxDisconnection) {
    }

    /**
     * The outbox.
     *
     * @param batchSize
     *            most events published at once
     * @param pollInterval
     *            longest time between two looks at the table
     * @param claim
     *            how long a claim on rows holds
     */
    public record Outbox(int batchSize, Duration pollInterval, Duration claim) {
    }

    /** The configuration is not usable; the message lists every problem. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(List<String> problems) {
            super("The gateway can't start:\n  - " + String.join("\n  - ", problems));
        }
    }

    /** {@return whether anything is embedded} */
    public boolean dev() {
        return rmq.url().isEmpty() || database.url().isEmpty();
    }

    /**
     * Reads and checks the whole configuration.
     *
     * @param file
     *            the configuration file
     * @param environment
     *            environment variables; they win
     *
     * @return the configuration
     *
     * @throws Unusable
     *             if anything is wrong
     */
    public static GatewayConfig read(Config file, Map<String, String> environment) {
        Knobs knobs = new Knobs(file, environment);
        boolean devAllowed = knobs.choice("dev.mode", true, Map.of("auto", true, "off", false));
        Database database = database(knobs);
        int maxBody = knobs.integer("intake.max-body", 256 * 1024, 1024, 16 * 1024 * 1024);
        Rmq rmq = rmq(knobs, maxBody);
        boolean dev = devAllowed && (rmq.url().isEmpty() || database.url().isEmpty());
        Auth auth = auth(knobs, dev);
        if (!devAllowed) {
            required(knobs, "database.url", "postgresql://user:password@localhost:5432/ulens");
            required(knobs, "rmq.url", "amqp://user:password@localhost:5672");
        }
        GatewayConfig config = new GatewayConfig(knobs.text("host").orElse("0.0.0.0"),
                knobs.integer("port", 3000, 0, 65_535), auth, rmq, database, intake(knobs, rmq.prefetch(), maxBody),
                delivery(knobs), sockets(knobs), outbox(knobs),
                knobs.duration("stop.grace", seconds(20), seconds(1), seconds(600)),
                knobs.text("dev.folder").orElse(".dev"));
        List<String> problems = knobs.problems();
        if (!problems.isEmpty()) {
            throw new Unusable(problems);
        }
        return config;
    }

    private static void required(Knobs knobs, String knob, String example) {
        if (knobs.text(knob).isEmpty()) {
            knobs.problem("Set env variable " + Knobs.environmentName(knob) + ", example: " + example);
        }
    }

    private static Auth auth(Knobs knobs, boolean dev) {
        // the backend signs with what is in its own variable, whatever that is
        Optional<String> secret = knobs.asItIs("access.secret-key");
        if (secret.isEmpty() && !dev) {
            required(knobs, "access.secret-key", "secret");
        }
        return new Auth(secret.orElse(DEV_SECRET), secret.isEmpty(),
                knobs.duration("auth.clock-skew", seconds(5), Duration.ZERO, seconds(300)),
                knobs.choice("auth.reject", false, Map.of("error", false, "connect-error", true)));
    }

    private static Rmq rmq(Knobs knobs, int maxBody) {
        String queue = knobs.text("rmq.queue").orElse("gateway.notification.subscription.q");
        return new Rmq(
                knobs.secret("rmq.url", "amqp://user:password@host:port/vhost (or amqps://)",
                        RabbitMqConnector::checkedUri),
                queue, knobs.text("rmq.retry-queue").orElse(queue + ".retry.1m"),
                knobs.text("rmq.dead-queue").orElse(queue + ".dlq"),
                knobs.choice("rmq.queue-type", "classic", Map.of("classic", "classic", "quorum", "quorum")),
                knobs.integer("rmq.prefetch", prefetch(maxBody), 1, 65_535));
    }

    /**
     * The broker shall not have to wait while batches are stored; but the largest messages must fit a quarter of the
     * heap.
     */
    private static int prefetch(int maxBody) {
        return Math.clamp(Runtime.getRuntime().maxMemory() / 4 / maxBody, LEAST_PREFETCH, MOST_PREFETCH);
    }

    private static Database database(Knobs knobs) {
        return new Database(knobs.secret("database.url",
                "postgresql://user:password@host:port/database or a JDBC URL of PostgreSQL", DatabaseUrl::parse),
                knobs.integer("database.pool-size", 10, 2, 500),
                knobs.duration("database.timeout", seconds(5), Duration.ofMillis(250), seconds(300)),
                knobs.yesOrNo("database.migrate", true));
    }

    private static Intake intake(Knobs knobs, int prefetch, int maxBody) {
        return new Intake(knobs.integer("intake.batch-size", Math.clamp(prefetch / 2, 1, DEFAULT_BATCH), 1, 10_000),
                knobs.duration("intake.linger", Duration.ofMillis(50), Duration.ZERO, seconds(10)), maxBody,
                knobs.duration("intake.hold", seconds(300), Duration.ofMillis(100), seconds(1500)));
    }

    private static Delivery delivery(Knobs knobs) {
        return new Delivery(knobs.integer("delivery.page-size", 200, 1, 10_000),
                knobs.integer("delivery.concurrent-reads", 6, 1, 500),
                knobs.duration("delivery.sweep-interval", seconds(5), Duration.ofMillis(50), seconds(3600)),
                knobs.duration("delivery.confirm-after", Duration.ofMillis(200), Duration.ZERO, seconds(10)),
                knobs.duration("slow-client.timeout", seconds(30), Duration.ofMillis(100), seconds(3600)));
    }

    private static Sockets sockets(Knobs knobs) {
        return new Sockets(
                knobs.parsed("socket.path", "/socket.io/", "a path with a slash at both ends, like /socket.io/",
                        value -> PATH.matcher(value).matches() ? value : null),
                knobs.duration("socket.ping-interval", seconds(25), Duration.ofMillis(50), seconds(3600)),
                knobs.duration("socket.ping-timeout", seconds(20), Duration.ofMillis(50), seconds(3600)),
                knobs.integer("socket.max-payload", 1_000_000, 1024, 100_000_000),
                knobs.duration("socket.connect-timeout", seconds(45), Duration.ofMillis(50), seconds(3600)),
                knobs.list("socket.origins", Set.of("*")),
                knobs.duration("socket.test-interval", seconds(60), Duration.ZERO, seconds(86_400)),
                knobs.integer("socket.max-sessions", 100_000, 1, 10_000_000),
                knobs.integer("socket.max-sessions-per-address", 20_000, 1, 10_000_000),
                knobs.duration("resume.max-disconnection", Duration.ofHours(24), seconds(1), Duration.ofDays(30)));
    }

    private static Outbox outbox(Knobs knobs) {
        return new Outbox(knobs.integer("outbox.batch-size", 200, 1, 10_000),
                knobs.duration("outbox.poll-interval", seconds(1), Duration.ofMillis(10), seconds(3600)),
                knobs.duration("outbox.claim", seconds(10), seconds(1), seconds(3600)));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
