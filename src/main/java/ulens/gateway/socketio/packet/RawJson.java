package ulens.gateway.socketio.packet;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

import java.nio.charset.StandardCharsets;

/**
 * An event or ack argument that is encoded JSON already; it is written as it is. It has to be exactly one JSON value in
 * valid UTF-8, which is not checked: anything else breaks the packet for its receiver.
 */
public final class RawJson implements JacksonSerializable {
    private final byte[] utf8;

    private RawJson(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * Makes an argument from encoded JSON.
     *
     * @param utf8
     *            one JSON value; it is not copied, so it must not be changed afterwards
     *
     * @return the argument
     *
     * @throws IllegalArgumentException
     *             if it is empty
     */
    public static RawJson of(byte[] utf8) {
        if (utf8.length == 0) {
            throw new IllegalArgumentException("no JSON");
        }
        return new RawJson(utf8);
    }

    byte[] utf8() {
        return utf8;
    }

    @Override
    public void serialize(JsonGenerator generator, SerializationContext context) {
        if (generator instanceof PacketGenerator packet) {
            packet.writeEncoded(utf8);
        } else {
            generator.writeRawValue(toString());
        }
    }

    @Override
    public void serializeWithType(JsonGenerator generator, SerializationContext context, TypeSerializer types) {
        serialize(generator, context);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
