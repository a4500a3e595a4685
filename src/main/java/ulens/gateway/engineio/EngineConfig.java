package ulens.gateway.engineio;

import java.time.Duration;
import java.util.Set;

/**
 * The settings of an Engine.IO server.
 *
 * @param path
 *            HTTP path with both slashes, for example {@code /engine.io/}
 * @param pingInterval
 *            time between the heartbeats that the server sends
 * @param pingTimeout
 *            how long the peer may take to answer one
 * @param maxPayload
 *            largest message, and largest POST body, in bytes
 * @param proofDelay
 *            how long {@link EngineSession#whenReceived} may wait to prove several messages with one ping; up to five
 *            times that while many sessions want a proof
 * @param softQueueLimit
 *            bytes queued for one session from which on it has no room
 * @param hardQueueLimit
 *            bytes queued for one session at which it is closed
 * @param stallTimeout
 *            how long a session's queue may stand still, with something in it, before the session is closed
 * @param maxSessions
 *            most open sessions in all
 * @param maxSessionsPerAddress
 *            most open sessions of one peer address
 * @param maxPacketsPerPost
 *            most packets in one POST of the polling transport
 * @param origins
 *            allowed Origins, exact; {@code *} allows every one
 */
public record EngineConfig(String path, Duration pingInterval, Duration pingTimeout, int maxPayload,
        Duration proofDelay, int softQueueLimit, int hardQueueLimit, Duration stallTimeout, int maxSessions,
        int maxSessionsPerAddress, int maxPacketsPerPost, Set<String> origins) {

    /**
     * The defaults of the stock server, with limits added.
     *
     * @param path
     *            HTTP path with both slashes
     *
     * @return the settings
     */
    public static EngineConfig defaults(String path) {
        return new EngineConfig(path, Duration.ofSeconds(25), Duration.ofSeconds(20), 1_000_000, Duration.ofMillis(200),
                64 * 1024, 4 * 1024 * 1024, Duration.ofSeconds(30), 100_000, 20_000, 1_000, Set.of("*"));
    }
}
