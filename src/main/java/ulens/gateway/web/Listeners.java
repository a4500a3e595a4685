package ulens.gateway.web;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.observe.health.HealthObserver;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.ops.OperationsPort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The addresses that the gateway listens on. Host {@code localhost} stands for both addresses of this machine that
 * nobody else can reach, 127.0.0.1 and ::1: clients resolve that name to either. A start that can't listen fails with
 * the reason: Helidon only logs it, and returns from its start as if all were well.
 */
public final class Listeners {
    private static final String IPV4 = "127.0.0.1";
    private static final String IPV6 = "::1";
    private static final int TRIES = 20;

    private Listeners() {
    }

    /**
     * Builds the web server, which does not listen yet.
     *
     * @param config
     *            addresses and ports
     * @param doors
     *            the front doors of both listeners
     * @param health
     *            answers the health checks of operators
     * @param filters
     *            filters for all HTTP requests on both ports
     * @param content
     *            adds the routes and protocols for clients to the server and its routing
     *
     * @return the web server
     *
     * @throws StartFailedException
     *             if there is no such host
     */
    public static WebServer build(GatewayConfig config, Doors doors, HealthObserver health, List<Filter> filters,
            BiConsumer<WebServerConfig.Builder, HttpRouting.Builder> content) {
        HttpRouting.Builder routing = HttpRouting.builder();
        List<String> hosts = hosts(config);
        WebServerConfig.Builder server = WebServer.builder().host(hosts.getFirst()).port(port(config, config.port()))
                .shutdownHook(false).shutdownGracePeriod(Duration.ofSeconds(1))
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).socketKeepAlive(true).build());
        filters.forEach(routing::addFilter);
        OperationsPort.attach(server, hosts, port(config, config.opsPort()), filters, doors.operations(), health);
        content.accept(server, routing);
        server.addRouting(routing);
        complete(server, hosts);
        return doors.build(server);
    }

    /**
     * {@return the addresses to listen on, at least one}
     *
     * @throws StartFailedException
     *             if there is no such host
     */
    private static List<String> hosts(GatewayConfig config) {
        if (!config.host().equals(GatewayConfig.BOTH_LOOPBACKS)) {
            try {
                InetAddress.getByName(config.host());
            } catch (UnknownHostException _) {
                throw new StartFailedException(
                        "can't listen on " + config.host() + " (unknown host); set env variable HOST");
            }
            return List.of(config.host());
        }
        return hasIpv6() ? List.of(IPV4, IPV6) : List.of(IPV4);
    }

    /** {@return the port to listen on; port 0 is replaced by a free one if two addresses need the same port} */
    private static int port(GatewayConfig config, int port) {
        return port == 0 && hosts(config).size() > 1 ? freeOnBoth() : port;
    }

    /** Adds a listener for each further address, with the settings of the main one. */
    private static void complete(WebServerConfig.Builder server, List<String> hosts) {
        for (String host : hosts.subList(1, hosts.size())) {
            String name = WebServer.DEFAULT_SOCKET_NAME + "-" + host;
            server.putSocket(name, mirror -> mirror.from(server).name(name).host(host));
        }
    }

    /**
     * Starts the web server.
     *
     * @param server
     *            the web server, built by {@link #build}
     * @param config
     *            addresses and ports
     *
     * @throws StartFailedException
     *             if it can't listen on one of its addresses
     */
    public static void start(WebServer server, GatewayConfig config) {
        server.start();
        if (server.isRunning()) {
            return;
        }
        for (String host : hosts(config)) {
            refuseIfTaken(host, config.port(), "PORT");
            refuseIfTaken(host, config.opsPort(), "OPS_PORT");
        }
        throw new StartFailedException("can't listen on " + config.host() + ", ports " + config.port() + " and "
                + config.opsPort() + "; another process may have had one of them a moment ago");
    }

    private static void refuseIfTaken(String host, int port, String variable) {
        problem(host, port).ifPresent(reason -> {
            throw new StartFailedException("can't listen on " + (host.contains(":") ? "[" + host + "]" : host) + ":"
                    + port + " (" + reason + "); stop who uses it, or set env variable " + variable
                    + (reason.startsWith("Address already in use") ? "" : " or HOST"));
        });
    }

    /** Binds the port once more, as Helidon has tried, to learn why it failed. */
    private static Optional<String> problem(String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return Optional.empty();
        } catch (UnknownHostException _) {
            return Optional.of("unknown host");
        } catch (IOException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    private static boolean hasIpv6() {
        return problem(IPV6, 0).isEmpty();
    }

    private static int freeOnBoth() {
        for (int i = 0; i < TRIES; i++) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.ofLiteral(IPV4), 0));
                if (problem(IPV6, probe.getLocalPort()).isEmpty()) {
                    return probe.getLocalPort();
                }
            } catch (IOException failure) {
                throw new StartFailedException("no free port on " + IPV4 + ": " + failure.getMessage());
            }
        }
        throw new StartFailedException("no port is free on both " + IPV4 + " and " + IPV6);
    }
}
