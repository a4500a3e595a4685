package ulens.gateway.socketio;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import ulens.gateway.engineio.EngineMessage;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.Handshake;
import ulens.gateway.engineio.SessionListener;
import ulens.gateway.engineio.TransportName;

/** An Engine.IO session without a network: what is sent can be read, what comes in is said by the test. */
final class MemorySession implements EngineSession {
    private final Handshake handshake = new Handshake("192.0.2.1", Optional.of("Bearer secret"), Optional.empty(),
            Optional.empty());
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private SessionListener listener;

    static MemorySession open(SocketIoServer server) {
        MemorySession session = new MemorySession();
        session.listener = server.open(session);
        return session;
    }

    static MemorySession connected(SocketIoServer server, String namespace) {
        MemorySession session = open(server);
        session.say("0" + namespace + ",");
        session.awaitSent(1);
        return session;
    }

    void say(String text) {
        if (!closed.get()) {
            listener.onText(text);
        }
    }

    void say(byte... bytes) {
        if (!closed.get()) {
            listener.onBinary(bytes);
        }
    }

    /** The client goes. */
    void drop(String reason) {
        if (closed.compareAndSet(false, true)) {
            listener.onClose(reason);
        }
    }

    List<String> sent() {
        return sent;
    }

    List<String> awaitSent(int count) {
        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(20)).until(() -> sent.size() >= count);
        return new ArrayList<>(sent);
    }

    void awaitClosed() {
        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(20)).until(closed::get);
    }

    @Override
    public String id() {
        return "engine-id";
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    @Override
    public TransportName transport() {
        return TransportName.WEBSOCKET;
    }

    @Override
    public boolean send(EngineMessage... messages) {
        if (closed.get()) {
            return false;
        }
        Arrays.stream(messages).map(message -> message.isBinary() ? Arrays.toString(message.body())
                : new String(message.body(), StandardCharsets.UTF_8)).forEach(sent::add);
        return true;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public boolean awaitRoom() {
        return !closed.get();
    }

    @Override
    public void whenReceived(Runnable action) {
        action.run();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Thread.startVirtualThread(() -> listener.onClose("forced close"));
        }
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }
}
