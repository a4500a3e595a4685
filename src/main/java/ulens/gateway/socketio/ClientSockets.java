package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The sockets of one connection, by namespace. A socket stays here even after the server has disconnected it, so that
 * packets which its client sent before it got the DISCONNECT are ignored and not treated as a violation.
 * <p>
 * Read by any thread; only the thread of the connection's mailbox adds, removes and runs disconnect handlers.
 */
final class ClientSockets {
    private static final Logger LOG = System.getLogger(ClientSockets.class.getName());

    private volatile Map<String, Socket> byNamespace = Map.of();

    /** {@return the socket in a namespace, or null} */
    @Nullable
    Socket in(String namespace) {
        return byNamespace.get(namespace);
    }

    void put(Socket socket) {
        Map<String, Socket> more = new HashMap<>(byNamespace);
        more.put(socket.namespace(), socket);
        byNamespace = Map.copyOf(more);
    }

    void remove(String namespace) {
        Map<String, Socket> fewer = new HashMap<>(byNamespace);
        fewer.remove(namespace);
        byNamespace = Map.copyOf(fewer);
    }

    void clear() {
        byNamespace = Map.of();
    }

    void forEach(BiConsumer<String, Socket> action) {
        byNamespace.forEach(action);
    }

    boolean anyConnected(Predicate<Socket> which) {
        return byNamespace.values().stream().anyMatch(socket -> socket.connected() && which.test(socket));
    }

    /** Ends all sockets, without running their disconnect handlers. */
    void end(String reason) {
        byNamespace.values().forEach(socket -> socket.end(reason));
    }

    /** Runs the disconnect handlers of the sockets that have ended, once for each socket. */
    void runDisconnectHandlers() {
        for (Socket socket : byNamespace.values()) {
            if (socket.takeFarewell()) {
                LOG.log(Level.DEBUG, "[GATEWAY][WS] {0} disconnected: {1}", socket, socket.endReason());
                Handlers.disconnected(socket);
            }
        }
    }
}
