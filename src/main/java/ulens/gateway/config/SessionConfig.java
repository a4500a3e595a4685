package ulens.gateway.config;

import java.time.Duration;
import java.util.Map;

/**
 * Settings of namespace {@code /ws}.
 *
 * @param refuseWithConnectError
 *            whether a bad token is answered by CONNECT_ERROR instead of {@code ERROR}
 * @param maxDisconnection
 *            how long a client may be away and still resume its session
 * @param testInterval
 *            time between test notifications to all users; zero for none
 * @param rates
 *            limits per user and per socket
 */
public record SessionConfig(boolean refuseWithConnectError, Duration maxDisconnection, Duration testInterval,
        UserRates rates) {
    static SessionConfig read(Knobs knobs) {
        return new SessionConfig(knobs.choice("auth.reject", false, Map.of("error", false, "connect-error", true)),
                knobs.duration("resume.max-disconnection", Duration.ofHours(24), Duration.ofSeconds(1),
                        Duration.ofDays(30)),
                knobs.duration("socket.test-interval", Duration.ofSeconds(60), Duration.ZERO,
                        Duration.ofSeconds(86_400)),
                UserRates.read(knobs));
    }
}
