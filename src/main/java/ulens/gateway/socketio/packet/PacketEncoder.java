package ulens.gateway.socketio.packet;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.engineio.EngineMessage;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Encodes packets directly as bytes. Thread-safe. */
public final class PacketEncoder {
    private static final int USUAL_SIZE = 256;

    private final JsonMapper json;

    /**
     * Creates an encoder for any number of connections.
     *
     * @param json
     *            writes payloads
     */
    public PacketEncoder(JsonMapper json) {
        this.json = json;
    }

    /**
     * Encodes an EVENT.
     *
     * @param namespace
     *            the namespace, with its leading slash
     * @param id
     *            the ack id, or {@link Packet#NO_ID} if no answer is expected
     * @param event
     *            its name
     * @param args
     *            null, String, Number, Boolean, {@link JsonNode}, {@link RawJson}, {@code byte[]}, and other types that
     *            Jackson can write
     *
     * @return the packet, followed by its attachments
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public EngineMessage[] event(String namespace, long id, String event, @Nullable Object[] args) {
        return array(PacketType.EVENT, PacketType.BINARY_EVENT, namespace, id, ReservedEvents.require(event), args);
    }

    /**
     * Encodes an ACK.
     *
     * @param namespace
     *            the namespace of the event
     * @param id
     *            the ack id of the event
     * @param args
     *            arguments as of an event
     *
     * @return the packet, followed by its attachments
     *
     * @throws IllegalArgumentException
     *             if an argument cannot be written as JSON
     */
    public EngineMessage[] ack(String namespace, long id, @Nullable Object[] args) {
        return array(PacketType.ACK, PacketType.BINARY_ACK, namespace, id, null, args);
    }

    /**
     * Encodes the answer to an accepted CONNECT.
     *
     * @param namespace
     *            the namespace
     * @param sid
     *            id of the socket
     * @param pid
     *            private id for connection state recovery; null for none
     *
     * @return the packet
     */
    public EngineMessage connect(String namespace, String sid, @Nullable String pid) {
        return object(PacketType.CONNECT, namespace, out -> {
            out.writeStringProperty("sid", sid);
            if (pid != null) {
                out.writeStringProperty("pid", pid);
            }
        });
    }

    /**
     * Encodes the answer to a refused CONNECT.
     *
     * @param namespace
     *            the namespace
     * @param message
     *            the client's {@code err.message}
     * @param data
     *            the client's {@code err.data}; null for none
     *
     * @return the packet
     */
    public EngineMessage connectError(String namespace, String message, @Nullable JsonNode data) {
        return object(PacketType.CONNECT_ERROR, namespace, out -> {
            out.writeStringProperty("message", message);
            if (data != null) {
                out.writeName("data");
                json.writeValue(out, data);
            }
        });
    }

    /**
     * Encodes a DISCONNECT.
     *
     * @param namespace
     *            the namespace that the client is disconnected from
     *
     * @return the packet
     */
    public EngineMessage disconnect(String namespace) {
        return EngineMessage.text(header(PacketType.DISCONNECT, 0, namespace, Packet.NO_ID));
    }

    private interface Fields {
        void write(PacketGenerator out);
    }

    private EngineMessage object(PacketType type, String namespace, Fields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_SIZE);
        out.writeBytes(header(type, 0, namespace, Packet.NO_ID));
        try (PacketGenerator generator = new PacketGenerator(json.createGenerator(out), out)) {
            generator.writeStartObject();
            fields.write(generator);
            generator.writeEndObject();
        }
        return EngineMessage.text(out.toByteArray());
    }

    private EngineMessage[] array(PacketType plain, PacketType binary, String namespace, long id,
            @Nullable String first, @Nullable Object[] args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_SIZE);
        byte[] header = header(plain, 0, namespace, id);
        out.writeBytes(header);
        List<byte[]> attachments = writeArray(out, first, args);
        if (attachments.isEmpty()) {
            return new EngineMessage[] { EngineMessage.text(out.toByteArray()) };
        }
        byte[] packet = out.toByteArray();
        out.reset();
        out.writeBytes(header(binary, attachments.size(), namespace, id));
        out.write(packet, header.length, packet.length - header.length);
        EngineMessage[] messages = new EngineMessage[1 + attachments.size()];
        messages[0] = EngineMessage.text(out.toByteArray());
        for (int i = 0; i < attachments.size(); i++) {
            messages[1 + i] = EngineMessage.binary(attachments.get(i));
        }
        return messages;
    }

    private List<byte[]> writeArray(ByteArrayOutputStream out, @Nullable String first, @Nullable Object[] args) {
        try (PacketGenerator generator = new PacketGenerator(json.createGenerator(out), out)) {
            generator.writeStartArray();
            if (first != null) {
                generator.writeString(first);
            }
            if (args == null) {
                generator.writeNull();
            } else {
                for (Object arg : args) {
                    write(generator, arg);
                }
            }
            generator.writeEndArray();
            return generator.attachments();
        } catch (JacksonException e) {
            throw new IllegalArgumentException("argument cannot be written as JSON", e);
        }
    }

    private void write(PacketGenerator generator, Object arg) {
        switch (arg) {
            case null -> generator.writeNull();
            case String text -> generator.writeString(text);
            case byte[] bytes -> generator.writeAttachment(bytes);
            case RawJson raw -> generator.writeEncoded(raw.utf8());
            default -> json.writeValue(generator, arg);
        }
    }

    private static byte[] header(PacketType type, int attachments, String namespace, long id) {
        StringBuilder header = new StringBuilder().append(type.digit());
        if (attachments > 0) {
            header.append(attachments).append('-');
        }
        if (!"/".equals(namespace)) {
            header.append(namespace).append(',');
        }
        if (id != Packet.NO_ID) {
            header.append(id);
        }
        return WellFormed.text(header.toString()).getBytes(StandardCharsets.UTF_8);
    }
}
