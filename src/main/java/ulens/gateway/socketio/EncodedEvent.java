package ulens.gateway.socketio;

import ulens.gateway.engineio.EngineMessage;

import java.nio.charset.StandardCharsets;

/**
 * An event that is encoded once, for any number of sockets of one namespace. It never changes. Made by
 * {@link Namespace#encode}.
 */
public final class EncodedEvent {
    private final Namespace namespace;
    private final EngineMessage[] messages;

    EncodedEvent(Namespace namespace, EngineMessage[] messages) {
        this.namespace = namespace;
        this.messages = messages;
    }

    /** {@return the namespace whose sockets it can be sent to} */
    public Namespace namespace() {
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

    /** The same, asking for an answer: the id goes between the header and the array. */
    EngineMessage[] messages(long ackId) {
        byte[] plain = messages[0].body();
        int array = namespace.name().getBytes(StandardCharsets.UTF_8).length;
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
