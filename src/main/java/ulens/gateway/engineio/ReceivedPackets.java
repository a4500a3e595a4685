package ulens.gateway.engineio;

import ulens.gateway.engineio.packet.Received;
import ulens.gateway.websocket.CloseCode;

import java.util.List;

/**
 * Handles the packets that come in for a session, from whichever transport.
 *
 * @param session
 *            the session
 */
record ReceivedPackets(Session session) {
    /** Handles packets in this order. */
    void receive(List<Received> packets) {
        session.calls().together(() -> packets.forEach(this::receive));
    }

    void receive(Received packet) {
        switch (packet.type()) {
            case MESSAGE -> check(session.calls().message(packet, session.life()::isOpen));
            case PONG -> {
                if (packet.text().isEmpty()) {
                    check(session.calls().received(session.outgoing().pong(), session.life()::isOpen));
                }
            }
            case CLOSE -> session.finish("transport close", CloseCode.NORMAL);
            // In this version of the protocol only the server pings.
            case PING -> session.finish("transport error", CloseCode.PROTOCOL_ERROR);
            case OPEN, UPGRADE, NOOP -> {
            }
        }
    }

    private void check(boolean right) {
        if (!right) {
            session.finish("forced close", CloseCode.INTERNAL_ERROR);
        }
    }
}
