package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;
import ulens.gateway.limits.LogText;
import ulens.gateway.socketio.packet.Packet;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Calls the application, and catches its exceptions. */
final class Handlers {
    private static final Logger LOG = System.getLogger(Handlers.class.getName());

    private Handlers() {
    }

    static ConnectDecision decide(Namespace namespace, ConnectRequest request) {
        try {
            return Objects.requireNonNull(namespace.admission().decide(request), "no decision");
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] admission to {0} failed: {1}", namespace.name(),
                    FailureText.of(failure));
            return ConnectDecision.refuse("Internal error");
        }
    }

    /** {@return whether no handler failed} */
    static boolean connected(Namespace namespace, Socket socket) {
        try {
            namespace.connectionHandlers().forEach(handler -> handler.accept(socket));
            return true;
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] connection handler of {0} failed: {1}", socket.namespace(),
                    FailureText.of(failure));
            return false;
        }
    }

    /** {@return whether no handler failed} */
    static boolean event(Socket socket, Packet packet) {
        List<JsonNode> payload = packet.args();
        String event = payload.getFirst().stringValue();
        EventHandler handler = socket.handlers().of(event);
        Ack ack = new Ack(socket, packet.id());
        try {
            if (socket.handlers().gate().lets(event, ack) && handler != null) {
                handler.handle(payload.subList(1, payload.size()), ack);
            }
            return true;
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] handler of event \"{0}\" in {1} failed: {2}", LogText.of(event),
                    socket.namespace(), FailureText.of(failure));
            return false;
        }
    }

    static void violated(Namespace namespace, Socket socket, String what) {
        try {
            namespace.violationHandler().accept(socket, what);
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] violation handler of {0} failed: {1}", socket.namespace(),
                    FailureText.of(failure));
        }
    }

    static void disconnected(Socket socket) {
        for (Consumer<String> handler : socket.handlers().onDisconnect()) {
            try {
                handler.accept(socket.endReason());
            } catch (Throwable failure) {
                LOG.log(Level.WARNING, "[GATEWAY][WS] disconnect handler of {0} failed: {1}", socket.namespace(),
                        FailureText.of(failure));
            }
        }
    }
}
