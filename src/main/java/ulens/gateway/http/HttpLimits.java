package ulens.gateway.http;

import ulens.gateway.limits.Rate;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The limits of a listener.
 *
 * @param connections
 *            most connections in all; fewer if the process has too few descriptors
 * @param newcomers
 *            most connections that have not been kept yet, see {@link GuardedConnection#keep()}
 * @param newcomersPerAddress
 *            most of these from one address (IPv6: from one network of 64 bits)
 * @param opened
 *            how many connections one address may open in a time
 * @param firstByte
 *            how long a new connection may send nothing
 * @param head
 *            how long the head of a request may take, from its first byte
 * @param body
 *            how long the body of a request may take, and the writing of an answer
 * @param idle
 *            how long a connection may send nothing between two requests
 * @param exempt
 *            trusted proxies, to which the two limits per address do not apply
 */
public record HttpLimits(int connections, int newcomers, int newcomersPerAddress, Rate opened, Duration firstByte,
        Duration head, Duration body, Duration idle, Predicate<SocketAddress> exempt) {

    /**
     * Makes limits with the same times for a listener that only a few trusted peers can reach.
     *
     * @param most
     *            most connections in all
     *
     * @return the limits, without limits per address
     */
    public HttpLimits forTrustedPeers(int most) {
        return new HttpLimits(most, newcomers, newcomersPerAddress, opened, firstByte, head, body, idle, _ -> true);
    }

    /** {@return defaults for a server without further requirements} */
    public static HttpLimits defaults() {
        return new HttpLimits(100_000, 10_000, 2_000, Rate.UNLIMITED, Duration.ofSeconds(10), Duration.ofSeconds(10),
                Duration.ofSeconds(30), Duration.ofMinutes(5), _ -> false);
    }
}
