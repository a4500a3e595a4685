package ulens.gateway.socketio;

import java.util.concurrent.atomic.AtomicBoolean;

/** The answer to one event. May be kept and sent later, from any thread. */
public final class Ack {
    private final Socket socket;
    private final long id;
    private final AtomicBoolean sent = new AtomicBoolean();

    Ack(Socket socket, long id) {
        this.socket = socket;
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
     *            what to answer, of the kinds that {@link Socket#emit(String, Object...)} takes
     *
     * @throws IllegalArgumentException
     *             if an argument cannot be written as JSON
     */
    public void send(Object... args) {
        if (requested() && !sent.get() && socket.connected()) {
            var messages = socket.server().encoder().ack(socket.namespace().name(), id, args);
            if (sent.compareAndSet(false, true)) {
                socket.send(messages);
            }
        }
    }
}
