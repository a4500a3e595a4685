package ulens.gateway.socketio;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns the messages of one connection into packets, according to
 * <a href="https://github.com/socketio/socket.io-protocol">Socket.IO protocol revision 5</a>. Where the stock server
 * lets a broken packet pass, this one does not. Not for use by several threads at once; useless after a
 * {@link MalformedPacketException}.
 */
final class PacketDecoder {
    private final JsonMapper json;
    private final int maxAttachments;
    private Partial partial;

    PacketDecoder(JsonMapper json, int maxAttachments) {
        this.json = json;
        this.maxAttachments = maxAttachments;
    }

    private record Partial(Packet packet, Placeholders places, int count, List<byte[]> attachments) {
        int weight() {
            return attachments.stream().mapToInt(bytes -> bytes.length).reduce(packet.weight(), Math::addExact);
        }
    }

    /**
     * Takes a text message.
     *
     * @return the packet, or null if its attachments are still to come
     *
     * @throws MalformedPacketException
     *             if it breaks the protocol
     */
    Packet text(String text) {
        if (partial != null) {
            throw new MalformedPacketException("text where an attachment was expected");
        }
        HeaderReader header = new HeaderReader(text);
        PacketType type = header.type();
        int count = type.isBinary() ? header.attachments(maxAttachments) : 0;
        String namespace = header.namespace();
        long id = header.id();
        JsonNode payload = payload(type, header.rest());
        checkId(type, id);
        Packet packet = new Packet(type.reassembled(), namespace, id, payload, text.length());
        if (count == 0) {
            return packet;
        }
        partial = new Partial(packet, Placeholders.find(payload, count), count, new ArrayList<>(count));
        return null;
    }

    /**
     * Takes a binary message.
     *
     * @return the packet that it completes, or null if more attachments are to come
     *
     * @throws MalformedPacketException
     *             if it belongs to no packet
     */
    Packet binary(byte[] bytes) {
        if (partial == null) {
            throw new MalformedPacketException("attachment without a packet");
        }
        partial.attachments().add(bytes);
        if (partial.attachments().size() < partial.count()) {
            return null;
        }
        Partial whole = partial;
        partial = null;
        whole.places().fill(whole.attachments());
        Packet packet = whole.packet();
        return new Packet(packet.type(), packet.namespace(), packet.id(), packet.payload(), whole.weight());
    }

    private JsonNode payload(PacketType type, String text) {
        JsonNode payload = text.isEmpty() ? null : parse(text);
        switch (type) {
            case CONNECT -> require(payload == null || payload.isObject(), "CONNECT payload is not an object");
            case DISCONNECT -> require(payload == null, "DISCONNECT has a payload");
            case CONNECT_ERROR -> throw new MalformedPacketException("CONNECT_ERROR is the server's to send");
            case EVENT, BINARY_EVENT -> checkEvent(payload);
            case ACK, BINARY_ACK -> require(payload != null && payload.isArray(), "ACK payload is not an array");
        }
        return payload;
    }

    private JsonNode parse(String text) {
        char first = text.charAt(0);
        require(first == '[' || first == '{', "payload is neither array nor object");
        try {
            return json.readTree(text);
        } catch (JacksonException notJson) {
            throw new MalformedPacketException("payload is not JSON or too deep");
        }
    }

    private static void checkEvent(JsonNode payload) {
        require(payload != null && payload.isArray() && !payload.isEmpty(), "EVENT payload is not a filled array");
        JsonNode name = payload.get(0);
        require(name.isString(), "event name is not a string");
        require(!ReservedEvents.contains(name.stringValue()), "event name is reserved");
    }

    private static void checkId(PacketType type, long id) {
        switch (type) {
            case CONNECT, DISCONNECT -> require(id == Packet.NO_ID, "id in a packet that has none");
            case ACK, BINARY_ACK -> require(id != Packet.NO_ID, "ACK without id");
            default -> {
            }
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new MalformedPacketException(otherwise);
        }
    }
}
