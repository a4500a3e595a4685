package ulens.gateway.socketio.packet;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import java.util.List;

/**
 * A packet that a client sent, complete and checked.
 *
 * @param type
 *            never a binary type, since attachments are in their places already
 * @param namespace
 *            with its leading slash
 * @param id
 *            ack id, or {@link #NO_ID}
 * @param payload
 *            an array for EVENT and ACK, an object or null for CONNECT, otherwise null
 * @param weight
 *            bytes of heap that were taken for it from its connection's share; the receiver gives them back
 */
public record Packet(PacketType type, String namespace, long id, @Nullable JsonNode payload, long weight) {

    /** The ack id of a packet without one. */
    public static final long NO_ID = -1;

    /** {@return the elements of its payload; none without one} */
    public List<JsonNode> args() {
        return payload == null ? List.of() : List.copyOf(payload.values());
    }

    @Override
    public String toString() {
        return "Packet[" + type + "]";
    }
}
