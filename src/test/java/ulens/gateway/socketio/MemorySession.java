package ulens.gateway.socketio;

import ulens.gateway.engineio.EngineMessage;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.engineio.SessionListener;
import ulens.gateway.engineio.TransportName;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.inbound.InboundShare;
import ulens.gateway.engineio.request.Handshake;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import static org.awaitility.Awaitility.await;

/**
 * An Engine.IO session without a network: what is sent can be read, what comes in is said by the test. Like the real
 * one it calls its listener one at a time, and never after its end.
 */
final class MemorySession implements EngineSession {
    private final Handshake handshake = new Handshake("192.0.2.1", Optional.of("Bearer secret"), Optional.empty(),
            Optional.empty());
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final InboundShare share;
    private final ReentrantLock turn = new ReentrantLock();
    private SessionListener listener;
    private volatile Runnable whenStrange = () -> {
    };

    private MemorySession(InboundBudget budget) {
        share = new InboundShare(budget, 1_000_000, true, () -> !closed.get());
    }

    static MemorySession open(SocketIoServer server) {
        MemorySession session = new MemorySession(server.inboundBudget());
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
        inTurn(() -> {
            if (!closed.get()) {
                listener.onText(text);
            }
        });
    }

    void say(byte... bytes) {
        inTurn(() -> {
            if (!closed.get()) {
                listener.onBinary(bytes);
            }
        });
    }

    /** The client goes. */
    void drop(String reason) {
        if (closed.compareAndSet(false, true)) {
            inTurn(() -> listener.onClose(reason));
        }
    }

    private void inTurn(Runnable call) {
        turn.lock();
        try {
            call.run();
        } finally {
            turn.unlock();
        }
    }

    /** Runs at the moment at which the client is found to be in no namespace any more. */
    void whenStrange(Runnable action) {
        whenStrange = action;
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
    public void hurryProof() {
        // it proves everything at once
    }

    @Override
    public InboundShare inboundShare() {
        return share;
    }

    @Override
    public void admitted(boolean in) {
        // there is always room
        if (!in) {
            whenStrange.run();
        }
    }

    @Override
    public void end() {
        close();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Thread.startVirtualThread(() -> inTurn(() -> listener.onClose("forced close")));
        }
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }
}
