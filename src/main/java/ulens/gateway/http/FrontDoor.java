package ulens.gateway.http;

import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;

/**
 * Decides which connections of one listener are let in and how long they may take. Every connection is accepted at
 * once. If there is no room for it, the oldest connection that has done nothing useful is ended ({@link Newcomers});
 * only if there is no such connection, the new one is answered with 503. Helidon's own limit would stop accepting
 * instead, so that silent connections could keep all other clients out. That limit is set a little above ours, so that
 * connections that are still being closed can't use up the process's descriptors either.
 */
public final class FrontDoor implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(FrontDoor.class.getName());
    /** Connections that are being refused or closed at one time, beside those that are let in. */
    public static final int SPARE = 32;
    private static final Duration LONGEST_LOOK = Duration.ofMillis(250);
    private static final Duration SHORTEST_LOOK = Duration.ofMillis(5);
    private static final int LOOKS_PER_DEADLINE = 8;
    private static final long LOG_EVERY = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final HttpLimits limits;
    private final IntSupplier descriptors;
    private final ConnectionLimits connectionLimits;
    private final Map<Ending, Long> said = new EnumMap<>(Ending.class);
    private final Loop looking;
    private long lastSaid = System.nanoTime();

    /**
     * Creates a door, which has a thread of its own until it is closed.
     *
     * @param name
     *            the name of its listener, for the log
     * @param limits
     *            limits on its connections
     */
    public FrontDoor(String name, HttpLimits limits) {
        this(name, limits, () -> Integer.MAX_VALUE);
    }

    /**
     * The same, for a process whose descriptors are limited.
     *
     * @param name
     *            the name of its listener, for the log
     * @param limits
     *            limits on its connections
     * @param descriptors
     *            gives the number of descriptors for its connections; called regularly, since that number can change
     */
    public FrontDoor(String name, HttpLimits limits, IntSupplier descriptors) {
        this.name = name;
        this.limits = limits;
        this.connectionLimits = new ConnectionLimits(limits);
        this.descriptors = descriptors;
        for (Ending ending : Ending.values()) {
            said.put(ending, 0L);
        }
        connectionLimits.limit(descriptors.getAsInt());
        long interval = interval().toNanos();
        looking = Loop.platform(Task.of(LOGGER, "[GATEWAY][WS]", "front-door-" + name), () -> {
            TimeUnit.NANOSECONDS.sleep(interval);
            look();
            return true;
        }).start();
    }

    /**
     * Puts the door before a listener.
     *
     * @param listener
     *            the listener that is being built, or the web server if it is the default listener
     * @param inside
     *            makes the connections that are let in: HTTP/1.1 with the settings of {@link #http1}
     */
    public void attach(ListenerConfig.BuilderBase<?, ?> listener, ServerConnectionSelector inside) {
        attach(listener, inside, UnaryOperator.identity());
    }

    /**
     * The same, for connections that begin with bytes which name their client, so that these are read first.
     *
     * @param listener
     *            the listener that is being built
     * @param inside
     *            makes the connections that are let in
     * @param before
     *            wraps the door in the selector that Helidon asks for a connection, for example {@link ProxyProtocol}
     */
    public void attach(ListenerConfig.BuilderBase<?, ?> listener, ServerConnectionSelector inside,
            UnaryOperator<ServerConnectionSelector> before) {
        listener.maxTcpConnections(connectionLimits.most() + SPARE);
        // With a second selector Helidon would wait for the first byte before it asks us.
        listener.protocolsDiscoverServices(false);
        listener.addConnectionSelector(before.apply(new Selector(connectionLimits, inside)));
    }

    /**
     * Makes settings of HTTP/1.1 for the connections behind a door: their limits are at least those of the door.
     *
     * @param other
     *            all other settings
     *
     * @return the settings
     */
    public static Http1Config http1(Http1Config other) {
        return Http1Config.builder(other).maxPrologueLength(RequestLine.MAX + 2)
                .maxHeadersSize(2 * RequestHead.MAX_HEADERS).build();
    }

    private record Selector(ConnectionLimits connectionLimits, ServerConnectionSelector inside)
            implements UnconditionalSelector {
        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new GuardedConnection(connectionLimits, context, inside);
        }
    }

    /** {@return connections that are open now} */
    public int connections() {
        return connectionLimits.taken();
    }

    /** {@return how many of them have not been kept yet, see {@link GuardedConnection#keep()}} */
    public int newcomers() {
        return connectionLimits.newcomers();
    }

    /** {@return the limit on connections at this time} */
    public int mostConnections() {
        return connectionLimits.most();
    }

    /**
     * Counts the connections that ended in one way.
     *
     * @param ending
     *            the way
     *
     * @return their number since the start
     */
    public long ended(Ending ending) {
        return connectionLimits.ended(ending);
    }

    private void look() {
        long now = System.nanoTime();
        connectionLimits.check(now);
        connectionLimits.limit(descriptors.getAsInt());
        if (now - lastSaid >= LOG_EVERY) {
            lastSaid = now;
            say();
        }
    }

    private Duration interval() {
        Duration shortest = LONGEST_LOOK;
        for (Duration each : List.of(limits.firstByte(), limits.head(), limits.body(), limits.idle())) {
            Duration part = each.dividedBy(LOOKS_PER_DEADLINE);
            shortest = part.compareTo(shortest) < 0 ? part : shortest;
        }
        return shortest.compareTo(SHORTEST_LOOK) < 0 ? SHORTEST_LOOK : shortest;
    }

    /** Logs one line for all endings since the last line, so that an attack does not fill the disk. */
    private void say() {
        List<String> parts = new ArrayList<>();
        for (Ending ending : Ending.values()) {
            long sum = connectionLimits.ended(ending);
            long since = sum - said.put(ending, sum);
            if (since > 0 && !ending.isUsual()) {
                parts.add(ending.words() + " " + since);
            }
        }
        if (!parts.isEmpty()) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "[GATEWAY][WS] connections ended in the last 10 s, listener {0}: {1}; the last one from {2}", name,
                    String.join(", ", parts), connectionLimits.lastOne());
        }
    }

    /** Ends the thread of the door. */
    @Override
    public void close() {
        looking.close();
    }
}
