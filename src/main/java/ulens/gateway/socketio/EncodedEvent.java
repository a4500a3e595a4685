package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.EngineMessage;
import ulens.gateway.socketio.packet.Packet;
import ulens.gateway.socketio.packet.PacketEncoder;

import java.nio.charset.StandardCharsets;

/**
 * An immutable event that is encoded once, for any number of sockets of one namespace. Made by
 * {@link Namespace#encode}.
 */
public final class EncodedEvent {
    private final String namespace;
    private final EngineMessage[] messages;

    private EncodedEvent(String namespace, EngineMessage[] messages) {
        this.namespace = namespace;
        this.messages = messages;
    }

    static EncodedEvent of(PacketEncoder encoder, String namespace, String event, @Nullable Object... args) {
        return new EncodedEvent(namespace, encoder.event(namespace, Packet.NO_ID, event, args));
    }

    /** {@return the name of the namespace whose sockets it can be sent to} */
    public String namespace() {
        return namespace;
    }

    /** {@return its size on the wire in bytes, attachments included} */
    public int size() {
        int size = 0;
        for (EngineMessage message : messages) {
            size += message.body().length;
        }
        return size;
    }

    EngineMessage[] messages() {
        return messages;
    }

    /** {@return the packets of the event with an ack id, which goes between the header and the array} */
    EngineMessage[] messages(long ackId) {
        byte[] plain = messages[0].body();
        int array = namespace.getBytes(StandardCharsets.UTF_8).length;
        while (plain[array] != '[') {
            array++;
        }
        byte[] id = Long.toString(ackId).getBytes(StandardCharsets.US_ASCII);
        byte[] asking = new byte[plain.length + id.length];
        System.arraycopy(plain, 0, asking, 0, array);
        System.arraycopy(id, 0, asking, array, id.length);
        System.arraycopy(plain, array, asking, array + id.length, plain.length - array);
        EngineMessage[] all = messages.clone();
        all[0] = EngineMessage.text(asking);
        return all;
    }
}
