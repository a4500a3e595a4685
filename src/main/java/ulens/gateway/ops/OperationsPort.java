package ulens.gateway.ops;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import ulens.gateway.http.FrontDoor;

import java.time.Duration;
import java.util.List;

/**
 * The listener for operators: health and metrics, on a port of its own. The public port has no route to them, so no
 * spelling of a path can reach them past the rules of a proxy, and a crowd on the public port does not keep a health
 * check out.
 */
public final class OperationsPort {
    private static final String SOCKET = "operations";

    private OperationsPort() {
    }

    /**
     * Adds the listener to a web server that is being built.
     *
     * @param server
     *            the web server
     * @param hosts
     *            addresses to listen on, at least one
     * @param port
     *            port to listen on; 0 takes a free one
     * @param filters
     *            filters for all requests
     * @param door
     *            decides which connections are let in
     * @param health
     *            answers the health checks
     */
    public static void attach(WebServerConfig.Builder server, List<String> hosts, int port, List<Filter> filters,
            FrontDoor door, HealthObserver health) {
        List<String> names = hosts.stream().map(host -> host.equals(hosts.getFirst()) ? SOCKET : SOCKET + "-" + host)
                .toList();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            server.putSocket(names.get(i), socket -> {
                socket.host(host).port(port).shutdownGracePeriod(Duration.ofSeconds(1))
                        .connectionOptions(SocketOptions.builder().tcpNoDelay(true).socketKeepAlive(true).build())
                        .routing(routing -> filters.forEach(routing::addFilter));
                door.attach(socket,
                        Http1ConnectionSelector.builder().config(FrontDoor.http1(Http1Config.create())).build());
            });
        }
        server.addFeature(ObserveFeature.builder().observersDiscoverServices(false).sockets(names).addObserver(health)
                .addObserver(MetricsObserver.create()).build());
    }

    /**
     * Finds the port of the listener in a running web server.
     *
     * @param server
     *            the web server
     *
     * @return the port
     */
    public static int of(WebServer server) {
        return server.port(SOCKET);
    }
}
