package ulens.gateway.socketio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;

/** Calls the application, and contains what it throws. */
final class Handlers {
    private static final Logger LOG = System.getLogger(Handlers.class.getName());

    private Handlers() {
    }

    static ConnectDecision decide(ConnectRequest request) {
        try {
            return Objects.requireNonNull(request.namespace().admission().decide(request), "no decision");
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] admission to {0} failed: {1}", request.namespace().name(),
                    LogText.of(failure));
            return ConnectDecision.refuse("Internal error");
        }
    }

    /** {@return whether all went well} */
    static boolean connected(Socket socket) {
        try {
            socket.namespace().connectionHandlers().forEach(handler -> handler.accept(socket));
            return true;
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] connection handler of {0} failed: {1}", socket.namespace().name(),
                    LogText.of(failure));
            return false;
        }
    }

    /** {@return whether all went well} */
    static boolean event(Socket socket, Packet packet) {
        List<JsonNode> payload = List.copyOf(packet.payload().values());
        String event = payload.getFirst().stringValue();
        EventHandler handler = socket.handler(event);
        if (handler == null) {
            return true;
        }
        try {
            handler.handle(payload.subList(1, payload.size()), new Ack(socket, packet.id()));
            return true;
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] handler of event \"{0}\" in {1} failed: {2}", LogText.of(event),
                    socket.namespace().name(), LogText.of(failure));
            return false;
        }
    }

    static void violated(Socket socket, String what) {
        try {
            socket.namespace().violationHandler().accept(socket, what);
        } catch (Throwable failure) {
            LOG.log(Level.WARNING, "[GATEWAY][WS] violation handler of {0} failed: {1}", socket.namespace().name(),
                    LogText.of(failure));
        }
    }

    static void disconnected(Socket socket) {
        for (Consumer<String> handler : socket.disconnectHandlers()) {
            try {
                handler.accept(socket.endReason());
            } catch (Throwable failure) {
                LOG.log(Level.WARNING, "[GATEWAY][WS] disconnect handler of {0} failed: {1}", socket.namespace().name(),
                        LogText.of(failure));
            }
        }
    }
}
