package ulens.gateway.engineio;

import java.util.List;

/** What comes in for a session, whichever transport brings it, and what it does. */
final class Inbound {
    private final Session session;
    private final ListenerCalls calls = new ListenerCalls();

    Inbound(Session session) {
        this.session = session;
    }

    boolean open(SessionAcceptor acceptor) {
        return calls.open(acceptor, session);
    }

    void closed(String reason) {
        calls.closed(reason);
    }

    /** Packets have come in, in this order. */
    void receive(List<Received> packets) {
        calls.together(() -> packets.forEach(this::receive));
    }

    void receive(Received packet) {
        switch (packet.type()) {
            case MESSAGE -> check(calls.message(packet, session::isOpen));
            case PONG -> {
                if (packet.text().isEmpty()) {
                    check(calls.received(session.pong(), session::isOpen));
                }
            }
            case CLOSE -> session.finish("transport close", Frame.NORMAL);
            // In this version of the protocol only the server pings.
            case PING -> session.finish("transport error", Frame.PROTOCOL_ERROR);
            case OPEN, UPGRADE, NOOP -> {
            }
        }
    }

    private void check(boolean right) {
        if (!right) {
            session.finish("forced close", Frame.INTERNAL_ERROR);
        }
    }
}
