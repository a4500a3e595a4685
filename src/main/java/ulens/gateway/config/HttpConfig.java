package ulens.gateway.config;

import ulens.gateway.http.HttpLimits;
import ulens.gateway.limits.ProxyTrust;
import ulens.gateway.limits.Rate;

import java.time.Duration;

/** Reads the limits on the connections of a listener while they speak HTTP. */
final class HttpConfig {
    /** Connections that are allowed in addition to those of sessions. */
    private static final int OTHER_CONNECTIONS = 1_000;
    /** Connections of strangers may use this fraction of the heap; one that has sent nothing costs about 11 KB. */
    private static final int STRANGERS_PART_OF_HEAP = 4;
    private static final int COST_OF_A_STRANGER = 16 * 1024;
    private static final int FEWEST_STRANGERS = 200;
    private static final int MOST_STRANGERS = 20_000;
    private static final Duration LEAST = Duration.ofMillis(50);
    private static final Duration MOST = Duration.ofHours(1);

    private HttpConfig() {
    }

    /**
     * Reads what the listener for clients allows. Behind a proxy that speaks HTTP/1.0 every request opens a connection,
     * so the default for new connections per address is above the number of requests of all polling sessions that one
     * address may have.
     */
    static HttpLimits read(Knobs knobs, int maxSessions, ProxyTrust trust) {
        int strangers = Math.clamp(Runtime.getRuntime().maxMemory() / STRANGERS_PART_OF_HEAP / COST_OF_A_STRANGER,
                FEWEST_STRANGERS, MOST_STRANGERS);
        return new HttpLimits(maxSessions + OTHER_CONNECTIONS, strangers,
                knobs.integer("http.max-connections-per-address", 10_000, 1, 10_000_000),
                knobs.rate("limit.connections", Rate.of(50_000, 2_500)),
                knobs.duration("http.first-byte-timeout", Duration.ofSeconds(10), LEAST, MOST),
                knobs.duration("http.head-timeout", Duration.ofSeconds(10), LEAST, MOST),
                knobs.duration("http.body-timeout", Duration.ofSeconds(30), LEAST, MOST),
                knobs.duration("http.idle-timeout", Duration.ofSeconds(300), LEAST, Duration.ofDays(1)), trust::trusts);
    }
}
