package ulens.gateway.web;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.http.Descriptors;
import ulens.gateway.http.Ending;
import ulens.gateway.http.FrontDoor;
import ulens.gateway.http.ListenerWatch;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;

import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** The front doors of the two listeners of a gateway, and the watch that notices when a listener has died. */
public final class Doors implements Measured, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Doors.class.getName());
    private static final int OPERATIONS_CONNECTIONS = 32;
    /** Descriptors for the broker and for files that are opened later. */
    private static final int OTHER_DESCRIPTORS = 64;
    private static final int FEW = 100;

    private final FrontDoor clients;
    private final FrontDoor operations;
    private final ListenerWatch watch = new ListenerWatch();

    /**
     * Creates both doors; neither is attached to a listener yet.
     *
     * @param config
     *            limits on connections
     */
    public Doors(GatewayConfig config) {
        int others = Descriptors.open() + config.database().poolSize() + OTHER_DESCRIPTORS + OPERATIONS_CONNECTIONS
                + 2 * FrontDoor.SPARE;
        IntSupplier descriptors = Descriptors.without(others);
        clients = new FrontDoor("public", config.http(), descriptors);
        operations = new FrontDoor("operations", config.http().forTrustedPeers(OPERATIONS_CONNECTIONS));
        if (descriptors.getAsInt() < FEW) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][WS] the process may have {0} file descriptors, which leaves {1} connections; see ulimit -n",
                    Long.toString(Descriptors.limit()), Integer.toString(clients.mostConnections()));
        }
    }

    /** {@return the door for clients} */
    public FrontDoor clients() {
        return clients;
    }

    /** {@return the door for operators} */
    FrontDoor operations() {
        return operations;
    }

    /**
     * Builds the web server.
     *
     * @param server
     *            its settings, complete except for what the watch adds
     *
     * @return the web server, whose listeners are watched
     */
    WebServer build(WebServerConfig.Builder server) {
        return watch.watched(server.buildPrototype());
    }

    /** Registers the connections of both listeners, and how connections ended. */
    @Override
    public void register(Meters meters) {
        meters.gauge("http_connections", "Open connections to the public port, WebSockets included",
                clients::connections)
                .gauge("http_connections_most", "Most of these, by what the process may have", clients::mostConnections)
                .gauge("http_connections_unjoined", "Those of them whose peer has not joined", clients::newcomers);
        for (Ending ending : Ending.values()) {
            String kind = ending == Ending.LIMITED ? "limited_connections"
                    : "http_connections_" + ending.words().replace(' ', '_');
            meters.counter(kind, "Connections ended or turned away: " + ending.words(),
                    () -> clients.ended(ending) + operations.ended(ending));
        }
    }

    /**
     * Runs an action once, when a listener has died.
     *
     * @param action
     *            gets the listener, with its port
     */
    public void whenOneDies(Consumer<String> action) {
        watch.start(action);
    }

    /** Stops the watch, so that stopping the web server does not count as the death of a listener. */
    public void stopWatching() {
        watch.close();
    }

    @Override
    public void close() {
        watch.close();
        clients.close();
        operations.close();
    }
}
