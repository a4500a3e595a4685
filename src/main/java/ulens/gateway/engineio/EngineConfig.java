package ulens.gateway.engineio;

import ulens.gateway.engineio.request.PeerRules;

import java.time.Duration;
import java.util.Set;

/**
 * The settings of an Engine.IO server. Start from {@link #defaults} and replace single settings.
 *
 * @param path
 *            HTTP path with both slashes, for example {@code /engine.io/}
 * @param origins
 *            allowed Origins, compared exactly; {@code *} allows all
 * @param heartbeat
 *            times of pings and proofs of receipt
 * @param queue
 *            limits on the packets that wait to be sent to one session
 * @param limits
 *            limits on the size of messages and the number of sessions
 * @param peers
 *            trusted proxies, and limits per address
 */
public record EngineConfig(String path, Set<String> origins, Heartbeat heartbeat, Queue queue, Limits limits,
        PeerRules peers) {

    /**
     * Times of pings and proofs of receipt.
     *
     * @param interval
     *            time between the heartbeats that the server sends
     * @param timeout
     *            how long the peer may take to answer one
     * @param proofDelay
     *            how long {@link EngineSession#whenReceived} may wait to prove several messages with one ping; up to
     *            five times that while many sessions want a proof
     */
    public record Heartbeat(Duration interval, Duration timeout, Duration proofDelay) {
    }

    /**
     * Limits on the packets that wait to be sent to one session.
     *
     * @param softLimit
     *            bytes from which on the queue counts as full, see {@link EngineSession#hasRoom()}
     * @param hardLimit
     *            bytes at which the session is closed
     * @param stallTimeout
     *            how long packets may wait without any being written before the session is closed
     */
    public record Queue(int softLimit, int hardLimit, Duration stallTimeout) {
    }

    /**
     * Limits on the size of messages and the number of sessions.
     *
     * @param maxPayload
     *            largest message, and largest POST body, in bytes
     * @param maxPacketsPerPost
     *            most packets in one POST of the polling transport
     * @param maxSessions
     *            most open sessions in all
     * @param maxSessionsPerAddress
     *            most open sessions of one peer address
     */
    public record Limits(int maxPayload, int maxPacketsPerPost, int maxSessions, int maxSessionsPerAddress) {
    }

    /**
     * Makes settings with the defaults of the stock server and additional limits.
     *
     * @param path
     *            HTTP path with both slashes
     *
     * @return the settings
     */
    public static EngineConfig defaults(String path) {
        return new EngineConfig(path, Set.of("*"),
                new Heartbeat(Duration.ofSeconds(25), Duration.ofSeconds(20), Duration.ofMillis(200)),
                new Queue(64 * 1024, 4 * 1024 * 1024, Duration.ofSeconds(30)),
                new Limits(1_000_000, 1_000, 100_000, 20_000), PeerRules.NONE);
    }

    /**
     * Replaces the Origins.
     *
     * @param allowed
     *            allowed Origins, compared exactly; {@code *} allows all
     *
     * @return the settings
     */
    public EngineConfig withOrigins(Set<String> allowed) {
        return new EngineConfig(path, allowed, heartbeat, queue, limits, peers);
    }

    /**
     * Replaces the heartbeat.
     *
     * @param other
     *            the heartbeat
     *
     * @return the settings
     */
    public EngineConfig with(Heartbeat other) {
        return new EngineConfig(path, origins, other, queue, limits, peers);
    }

    /**
     * Replaces the limits of the queue.
     *
     * @param other
     *            the limits of the queue
     *
     * @return the settings
     */
    public EngineConfig with(Queue other) {
        return new EngineConfig(path, origins, heartbeat, other, limits, peers);
    }

    /**
     * Replaces the limits.
     *
     * @param other
     *            the limits
     *
     * @return the settings
     */
    public EngineConfig with(Limits other) {
        return new EngineConfig(path, origins, heartbeat, queue, other, peers);
    }

    /**
     * Replaces the rules for peers.
     *
     * @param other
     *            the rules
     *
     * @return the settings
     */
    public EngineConfig with(PeerRules other) {
        return new EngineConfig(path, origins, heartbeat, queue, limits, other);
    }
}
