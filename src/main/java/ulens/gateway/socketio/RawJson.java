package ulens.gateway.socketio;

import java.nio.charset.StandardCharsets;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * An event or ack argument that is encoded JSON already; it is written as it is. Whoever makes one answers for its
 * being exactly one JSON value in valid UTF-8: a wrong one breaks the packet for its receiver.
 */
public final class RawJson implements JacksonSerializable {
    private final byte[] utf8;

    private RawJson(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * An argument from its encoded form.
     *
     * @param utf8
     *            one JSON value; not copied, so not to be changed afterwards
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
