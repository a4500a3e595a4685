package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.socketio.packet.Packet;

import java.util.concurrent.atomic.AtomicBoolean;

/** The answer to one event. May be kept and sent later, from any thread. */
public final class Ack {
    private final Emitter client;
    private final long id;
    private final AtomicBoolean sent = new AtomicBoolean();

    Ack(Emitter client, long id) {
        this.client = client;
        this.id = id;
    }

    /** {@return whether the client asked for an answer} */
    public boolean requested() {
        return id != Packet.NO_ID;
    }

    /**
     * Answers. Does nothing if no answer was asked for, one was sent already, or the client is gone.
     *
     * @param args
     *            the arguments of the answer, of the types that {@link Socket#emit(String, Object...)} accepts
     *
     * @throws IllegalArgumentException
     *             if an argument cannot be written as JSON
     */
    public void send(@Nullable Object... args) {
        if (requested() && !sent.get() && client.connected()) {
            var messages = client.encodeAck(id, args);
            if (sent.compareAndSet(false, true)) {
                client.send(messages);
            }
        }
    }
}
