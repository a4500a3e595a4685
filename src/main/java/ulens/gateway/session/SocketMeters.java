package ulens.gateway.session;

import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.socketio.SocketIoServer;

/**
 * Registers the metrics of the connections below the namespace, since the library that serves them has no metrics
 * itself.
 *
 * @param sockets
 *            the server
 */
public record SocketMeters(SocketIoServer sockets) implements Measured {
    @Override
    public void register(Meters meters) {
        meters.gauge("connections", "Open Engine.IO sessions", sockets::connections)
                .counter("sessions_evicted", "Unjoined sessions that had to make room for others", sockets::evicted)
                .gauge("inbound_held", "Bytes of heap that hold what clients have sent and nobody has handled yet",
                        sockets.inboundBudget()::held)
                .gauge("outbound_overflow", "Bytes queued for slow clients, beyond 64 KiB for each", sockets::overflow)
                .counter("inbound_refused", "Messages of clients refused because there was no memory for them",
                        sockets.inboundBudget()::refusals)
                .counter("inbound_waits", "Times that a client was not read for a while because memory was short",
                        sockets.inboundBudget()::waits)
                .counter("inbound_evicted", "Connections ended because others had to wait for memory",
                        sockets.inboundBudget()::evictions)
                .counter("limited_handshakes", "Connections refused: too many of their address in a short time",
                        sockets::refusedHandshakes)
                .counter("limited_requests", "HTTP requests refused: too many of their address in a short time",
                        sockets::refusedRequests);
    }
}
