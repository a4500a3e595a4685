package ulens.gateway.config;

import io.helidon.config.Config;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.http.HttpLimits;
import ulens.gateway.socketio.SocketIoConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All settings of the gateway, read and checked together.
 *
 * @param host
 *            address to listen on
 * @param port
 *            port to listen on; 0 takes a free one
 * @param opsPort
 *            port of health and metrics; 0 takes a free one
 * @param http
 *            limits on connections to the port for clients
 * @param socket
 *            settings of Socket.IO and Engine.IO
 * @param auth
 *            settings of authentication
 * @param session
 *            settings of namespace {@code /ws}
 * @param rmq
 *            settings of the broker
 * @param database
 *            settings of PostgreSQL
 * @param intake
 *            settings of intake, from the broker into the database
 * @param stream
 *            settings of the streams, from the database to the sockets
 * @param outbox
 *            settings of the outbox, from the database to the broker
 * @param health
 *            times after which health reports a problem
 * @param stop
 *            how the gateway stops
 * @param dev
 *            whether the gateway runs in dev mode
 */
public record GatewayConfig(String host, int port, int opsPort, HttpLimits http, SocketIoConfig socket, AuthConfig auth,
        SessionConfig session, BrokerConfig rmq, DatabaseConfig database, IntakeConfig intake, StreamConfig stream,
        OutboxConfig outbox, HealthConfig health, StopConfig stop, Dev dev) {

    /** The host name that stands for both 127.0.0.1 and ::1. */
    public static final String BOTH_LOOPBACKS = "localhost";

    /** The configuration is not usable; the message lists every problem. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(List<String> problems) {
            super("The gateway can't start:\n  - " + String.join("\n  - ", problems));
        }
    }

    /**
     * Reads and checks the whole configuration.
     *
     * @param file
     *            the configuration file
     * @param environment
     *            * environment variables, which override the file
     *
     * @return the configuration
     *
     * @throws Unusable
     *             if anything is wrong
     */
    public static GatewayConfig read(Config file, Map<String, String> environment) {
        Knobs knobs = new Knobs(file, environment);
        return read(knobs, Dev.read(knobs));
    }

    /**
     * Reads and checks the whole configuration of a build that has no dev mode.
     *
     * @param file
     *            the configuration file
     * @param environment
     *            * environment variables, which override the file
     *
     * @return the configuration
     *
     * @throws Unusable
     *             if anything is wrong, or if the dev mode is asked for
     */
    public static GatewayConfig readWithoutDevMode(Config file, Map<String, String> environment) {
        Knobs knobs = new Knobs(file, environment);
        return read(knobs, Dev.absent(knobs));
    }

    private static GatewayConfig read(Knobs knobs, Dev dev) {
        DatabaseConfig database = DatabaseConfig.read(knobs);
        int maxBody = IntakeConfig.maxBody(knobs);
        BrokerConfig rmq = BrokerConfig.read(knobs, maxBody);
        if (!dev.on()) {
            knobs.required("database.url", "postgresql://user:password@localhost:5432/ulens");
            knobs.required("rmq.url", "amqp://user:password@localhost:5672");
        }
        TokenSecret secret = TokenSecret.read(knobs, dev.on(),
                knobs.hasText("database.url") || knobs.hasText("rmq.url"));
        int port = knobs.integer("port", 3000, 0, 65_535);
        int opsPort = opsPort(knobs, port);
        PeerRules peers = PeerConfig.read(knobs);
        SocketIoConfig socket = SocketKnobs.read(knobs, peers, maxBody);
        GatewayConfig config = new GatewayConfig(dev.host(knobs), port, opsPort,
                HttpConfig.read(knobs, socket.engine().limits().maxSessions(), peers.addresses().trust()), socket,
                AuthConfig.read(knobs, secret), SessionConfig.read(knobs), rmq, database,
                IntakeConfig.read(knobs, rmq.prefetch(), maxBody), StreamConfig.read(knobs), OutboxConfig.read(knobs),
                HealthConfig.read(knobs, database.timeout()), StopConfig.read(knobs, dev.on()), dev);
        List<String> problems = knobs.problems();
        if (!problems.isEmpty()) {
            throw new Unusable(problems);
        }
        return config;
    }

    /** {@return warnings for the log about settings that are allowed but unwise} */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (auth.secret().isShort()) {
            warnings.add("ACCESS_SECRET_KEY is shorter than 32 bytes; HS256 asks for at least that many");
        }
        PeerRules peers = socket.engine().peers();
        if (peers.proxyProtocol() && peers.addresses().trust().isEmpty()) {
            warnings.add("PROXY_PROTOCOL is on and PROXY_TRUSTED is not set: whoever reaches this port may claim"
                    + " any address; name the proxies");
        }
        return warnings;
    }

    /**
     * {@return the port of health and metrics} If the public port is any free one, several gateways may run side by
     * side, so this port is any free one as well.
     */
    private static int opsPort(Knobs knobs, int port) {
        int opsPort = knobs.integer("ops.port", port == 0 ? 0 : 3001, 0, 65_535);
        if (opsPort == port && port != 0) {
            knobs.problem("OPS_PORT is " + port + ", the same as PORT; health and metrics need a port of their own");
        }
        return opsPort;
    }
}
