package ulens.gateway.socketio.packet;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.engineio.inbound.InboundShare;

import java.util.ArrayList;
import java.util.List;

/**
 * Decodes the messages of one connection into packets, by
 * <a href="https://github.com/socketio/socket.io-protocol">Socket.IO protocol revision 5</a>. It refuses malformed
 * packets that the stock server accepts. The memory of a packet, complete or not, is taken from the connection's share
 * before it is used; the receiver of a packet gives its weight back. Not thread-safe; not usable after a
 * {@link MalformedPacketException}.
 */
public final class PacketDecoder {
    private static final int COST_OF_A_PACKET = 256;
    private static final int COST_OF_AN_ATTACHMENT = 64;
    /**
     * Length in characters of packets (acks, subscribes) whose memory is taken at once, by the most that their text can
     * become.
     */
    private static final int BRIEF = 64;
    private static final long MOST_OF_A_CHARACTER = 60;

    private final JsonMapper json;
    private final int maxAttachments;
    private final InboundShare share;
    private @Nullable Partial partial;
    /** Bytes that have been taken for the packet in progress. */
    private long taken;

    /**
     * Creates the decoder of one connection.
     *
     * @param json
     *            reads payloads
     * @param maxAttachments
     *            the most attachments of one packet
     * @param share
     *            the connection's share, which the memory of packets is taken from
     */
    public PacketDecoder(JsonMapper json, int maxAttachments, InboundShare share) {
        this.json = json;
        this.maxAttachments = maxAttachments;
        this.share = share;
    }

    private record Partial(Packet packet, Placeholders places, int count, List<byte[]> attachments) {
    }

    /** No more messages will come: drops a packet that is not complete. */
    public void abandon() {
        partial = null;
        share.give(taken);
        taken = 0;
    }

    /**
     * Decodes a text message.
     *
     * @param text
     *            the text of an Engine.IO message
     *
     * @return the packet, or null if its attachments are still to come
     *
     * @throws MalformedPacketException
     *             if it breaks the protocol
     */
    public @Nullable Packet text(String text) {
        if (partial != null) {
            throw new MalformedPacketException("text where an attachment was expected");
        }
        HeaderReader header = new HeaderReader(text);
        PacketType type = header.type();
        require(!type.isBinary() || share.trusted(), "binary packet before a CONNECT that was accepted");
        int count = type.isBinary() ? header.attachments(maxAttachments) : 0;
        String namespace = header.namespace();
        long id = header.id();
        boolean brief = text.length() <= BRIEF;
        take(COST_OF_A_PACKET + 2L * namespace.length() + (brief ? MOST_OF_A_CHARACTER * text.length() : 0));
        JsonNode payload = payload(type, header.rest(), brief);
        checkId(type, id);
        Packet packet = new Packet(type.reassembled(), namespace, id, payload, 0);
        if (payload == null || count == 0) {
            return whole(packet);
        }
        partial = new Partial(packet, Placeholders.find(payload, count), count, new ArrayList<>(count));
        return null;
    }

    /**
     * Decodes a binary message.
     *
     * @param bytes
     *            the bytes of an Engine.IO message; they are not copied, so they must not be changed afterwards
     *
     * @return the packet that it completes, or null if more attachments are to come
     *
     * @throws MalformedPacketException
     *             if no packet expects an attachment
     */
    public @Nullable Packet binary(byte[] bytes) {
        if (partial == null) {
            throw new MalformedPacketException("attachment without a packet");
        }
        take(COST_OF_AN_ATTACHMENT + (long) bytes.length);
        partial.attachments().add(bytes);
        if (partial.attachments().size() < partial.count()) {
            return null;
        }
        Partial whole = partial;
        partial = null;
        whole.places().fill(whole.attachments());
        return whole(whole.packet());
    }

    private Packet whole(Packet packet) {
        long weight = taken;
        taken = 0;
        return new Packet(packet.type(), packet.namespace(), packet.id(), packet.payload(), weight);
    }

    private void take(long bytes) {
        require(share.take(bytes), "no memory for the packet now");
        taken += bytes;
    }

    private @Nullable JsonNode payload(PacketType type, String text, boolean paid) {
        JsonNode payload = text.isEmpty() ? null : parse(text, paid);
        switch (type) {
            case CONNECT -> require(payload == null || payload.isObject(), "CONNECT payload is not an object");
            case DISCONNECT -> require(payload == null, "DISCONNECT has a payload");
            case CONNECT_ERROR -> throw new MalformedPacketException("CONNECT_ERROR is the server's to send");
            case EVENT, BINARY_EVENT -> checkEvent(payload);
            case ACK, BINARY_ACK -> require(payload != null && payload.isArray(), "ACK payload is not an array");
        }
        return payload;
    }

    private JsonNode parse(String text, boolean paid) {
        char first = text.charAt(0);
        require(first == '[' || first == '{', "payload is neither array nor object");
        try {
            return paid ? json.readTree(text) : weighed(text);
        } catch (JacksonException notJson) {
            throw new MalformedPacketException("payload is not JSON or too deep");
        }
    }

    private JsonNode weighed(String text) {
        WeighedParser parser = new WeighedParser(json.createParser(text), share);
        JsonNode tree = null;
        try (parser) {
            tree = json.readTree(parser);
            taken += parser.taken();
            return tree;
        } catch (WeighedParser.TooHeavy notNow) {
            throw new MalformedPacketException("no memory for the payload now");
        } finally {
            if (tree == null) {
                parser.abandon();
            }
        }
    }

    private static void checkEvent(@Nullable JsonNode payload) {
        if (payload == null || !payload.isArray() || payload.isEmpty()) {
            throw new MalformedPacketException("EVENT payload is not a filled array");
        }
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
