package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;

/**
 * A packet that a client sent, complete and checked.
 *
 * @param type
 *            never one of the binary types: attachments are in their places already
 * @param namespace
 *            with its leading slash
 * @param id
 *            ack id, or {@link #NO_ID}
 * @param payload
 *            an array for EVENT and ACK, an object or null for CONNECT, else null
 * @param weight
 *            characters and bytes that it took on the wire
 */
record Packet(PacketType type, String namespace, long id, JsonNode payload, int weight) {

    static final long NO_ID = -1;

    @Override
    public String toString() {
        return "Packet[" + type + "]";
    }
}
