package ulens.gateway.socketio.packet;

import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.inbound.InboundShare;

/** Memory for tests that are not about memory. */
final class RoomyShare {
    private RoomyShare() {
    }

    /** {@return a share of a trusted peer in a budget that is never used up} */
    static InboundShare create() {
        return new InboundShare(new InboundBudget(1L << 40), 1_000_000, true, () -> true);
    }
}
