package ulens.gateway.http;

import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import org.jspecify.annotations.Nullable;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices when a listener has died. Helidon 4.1.2 closes the server socket at the first failure to accept and reports
 * it nowhere: the web server counts as running, and the process lives on although no client can connect. Helidon passes
 * each server socket to the listener's configuration to be set up, where the watch gets hold of it.
 */
public final class ListenerWatch implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(ListenerWatch.class.getName());
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Map<String, ServerSocket> listeners = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private volatile @Nullable Loop loop;

    /** Creates a watch without listeners. */
    public ListenerWatch() {
        // nothing to set up
    }

    /**
     * Creates a web server whose listeners are watched once it has started.
     *
     * @param server
     *            the configuration of the web server
     *
     * @return the web server, not started
     */
    public WebServer watched(WebServerConfig server) {
        Map<String, ListenerConfig> sockets = new HashMap<>();
        server.sockets()
                .forEach((name, socket) -> sockets.put(name, watched(ListenerConfig.class, socket, name, null)));
        return WebServer.create(watched(WebServerConfig.class, server, WebServer.DEFAULT_SOCKET_NAME, sockets));
    }

    private <T extends ListenerConfig> T watched(Class<T> type, T config, String name,
            @Nullable Map<String, ListenerConfig> sockets) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (_, method, args) -> {
            if ("configureSocket".equals(method.getName())) {
                listeners.put(name, (ServerSocket) args[0]);
            }
            return "sockets".equals(method.getName()) ? sockets : call(config, method, args);
        }));
    }

    private static @Nullable Object call(Object target, Method method, Object[] args) throws Throwable {
        try {
            // its interfaces are not public in Helidon
            method.setAccessible(true);
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** {@return the name and port of a listener that has died, if there is one} */
    public Optional<String> dead() {
        return listeners.entrySet().stream().filter(entry -> entry.getValue().isClosed())
                .map(entry -> entry.getKey() + " (port " + entry.getValue().getLocalPort() + ")").findFirst();
    }

    /**
     * Watches until {@link #close}.
     *
     * @param died
     *            called once, with the name and port of the first listener that has died
     *
     * @return this
     */
    public ListenerWatch start(Consumer<String> died) {
        loop = Loop.platform(Task.of(LOGGER, "[GATEWAY][WS]", "listener-watch"), () -> {
            TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            Optional<String> dead = dead();
            if (dead.isPresent() && !closed) {
                closed = true;
                died.accept(dead.get());
            }
            return true;
        }).start();
        return this;
    }

    /** Ends the watch, before listeners are closed on purpose. */
    @Override
    public void close() {
        closed = true;
        Loop running = loop;
        if (running != null) {
            // not interrupted: the loop may be running the action, which stops the process
            running.end();
        }
    }
}
