package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import ulens.gateway.engineio.EngineMessage;
import ulens.gateway.engineio.EngineSession;
import ulens.gateway.socketio.packet.Packet;
import ulens.gateway.socketio.packet.PacketEncoder;
import ulens.gateway.socketio.packet.RawJson;
import ulens.gateway.work.Timer;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The sending side of a {@link Socket}: events, with or without an ack, and proofs of their receipt. All methods may be
 * called from any thread.
 * <p>
 * Arguments of events and acks may be: null, String, Number, Boolean, {@link JsonNode}, {@link RawJson}, {@code byte[]}
 * (sent as a binary attachment, at any depth), and all other types that Jackson can write, such as maps, lists and
 * records.
 */
public abstract class Emitter {
    private final Route route;
    private final PendingAcks pending = new PendingAcks();
    private final AtomicReference<@Nullable String> endReason = new AtomicReference<>();

    Emitter(Route route) {
        this.route = route;
    }

    /** The way to the client: the session of its connection, and the namespace that its packets name. */
    record Route(EngineSession session, String namespace, PacketEncoder encoder, Timer timer) {
    }

    /** {@return the name of the namespace} */
    public String namespace() {
        return route.namespace();
    }

    /** {@return whether the client is connected, as far as the server knows} */
    public boolean connected() {
        return endReason.get() == null;
    }

    /**
     * Sends an event. Never blocks.
     *
     * @param event
     *            its name
     * @param args
     *            see the class comment
     *
     * @return false if the client is gone; true does not mean that it will arrive
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public boolean emit(String event, @Nullable Object... args) {
        return connected() && route.session().send(route.encoder().event(namespace(), Packet.NO_ID, event, args));
    }

    /**
     * Sends an event that is encoded already. Never blocks.
     *
     * @param event
     *            made by the same namespace
     *
     * @return false if the client is gone; true does not mean that it will arrive
     *
     * @throws IllegalArgumentException
     *             if another namespace made it
     */
    public boolean emit(EncodedEvent event) {
        requireOwn(event);
        return connected() && route.session().send(event.messages());
    }

    /**
     * Sends events that are encoded already, without others between them. Never blocks.
     *
     * @param events
     *            made by the same namespace, in this order
     *
     * @return false if the client is gone; true does not mean that it will arrive
     *
     * @throws IllegalArgumentException
     *             if another namespace made one of them
     */
    public boolean emit(List<EncodedEvent> events) {
        events.forEach(this::requireOwn);
        return connected() && route.session().send(
                events.stream().map(EncodedEvent::messages).flatMap(Arrays::stream).toArray(EngineMessage[]::new));
    }

    /**
     * Sends an event and asks for an answer. Handlers may wait for it.
     *
     * @param timeout
     *            how long the answer may take
     * @param event
     *            its name
     * @param args
     *            see the class comment
     *
     * @return the answer's arguments; ends with a {@link java.util.concurrent.TimeoutException} or, if the client goes,
     *         a {@link DisconnectedException}. Ends on a virtual thread of its own
     *
     * @throws IllegalArgumentException
     *             if the name is reserved or an argument cannot be written as JSON
     */
    public CompletableFuture<List<JsonNode>> emitWithAck(Duration timeout, String event, @Nullable Object... args) {
        long ackId = pending.nextId();
        return ask(timeout, ackId, route.encoder().event(namespace(), ackId, event, args));
    }

    /**
     * Sends an event that is encoded already, and asks for an answer.
     *
     * @param timeout
     *            how long the answer may take
     * @param event
     *            made by the same namespace
     *
     * @return as of {@link #emitWithAck(Duration, String, Object...)}
     *
     * @throws IllegalArgumentException
     *             if another namespace made it
     */
    public CompletableFuture<List<JsonNode>> emitWithAck(Duration timeout, EncodedEvent event) {
        requireOwn(event);
        long ackId = pending.nextId();
        return ask(timeout, ackId, event.messages(ackId));
    }

    /**
     * {@return whether less is queued for the connection than its soft limit} A caller that can wait should send only
     * then.
     */
    public boolean hasRoom() {
        return route.session().hasRoom();
    }

    /**
     * Waits until {@link #hasRoom()} or the end of the connection.
     *
     * @return true if there is room, false if the client is gone
     *
     * @throws InterruptedException
     *             if the waiting thread is interrupted
     */
    public boolean awaitRoom() throws InterruptedException {
        return connected() && route.session().awaitRoom() && connected();
    }

    /**
     * Runs an action once the client has proved that it received everything that was sent before this call. The action
     * never runs if the connection ends first.
     *
     * @param action
     *            the action, which must be quick
     */
    public void whenReceived(Runnable action) {
        route.session().whenReceived(action);
    }

    /**
     * Asks at once for a proof of receipt that is put off so that it can cover more, if there is one. For the end of a
     * burst.
     */
    public void hurryProof() {
        route.session().hurryProof();
    }

    private CompletableFuture<List<JsonNode>> ask(Duration timeout, long ackId, EngineMessage... messages) {
        CompletableFuture<List<JsonNode>> answer = pending.expect(ackId, timeout, route.timer());
        if (!connected() || !route.session().send(messages)) {
            pending.fail(ackId, new DisconnectedException(Objects.requireNonNullElse(endReason(), "transport close")));
        }
        return answer;
    }

    private void requireOwn(EncodedEvent event) {
        if (!event.namespace().equals(namespace())) {
            throw new IllegalArgumentException("event was encoded for " + event.namespace());
        }
    }

    EngineSession session() {
        return route.session();
    }

    /** {@return why the client is gone; null while it is connected} */
    @Nullable
    String endReason() {
        return endReason.get();
    }

    /** {@return whether this call ended it} */
    boolean end(String reason) {
        return endReason.compareAndSet(null, reason);
    }

    /** Fails all answers that are still expected. */
    void abandonAnswers() {
        pending.failAll(new DisconnectedException(Objects.requireNonNullElse(endReason(), "transport close")));
    }

    /** Handles the client's answer to one of our events. */
    void answered(long ackId, List<JsonNode> args) {
        pending.answer(ackId, args);
    }

    /** {@return the answer to an event of the client} */
    EngineMessage[] encodeAck(long ackId, @Nullable Object... args) {
        return route.encoder().ack(namespace(), ackId, args);
    }

    void send(EngineMessage... messages) {
        route.session().send(messages);
    }
}
