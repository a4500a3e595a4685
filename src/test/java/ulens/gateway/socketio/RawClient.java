package ulens.gateway.socketio;

import ulens.gateway.fixture.SendsInTurn;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Says over a WebSocket exactly what a test wants said. Answers heartbeats if it is told to. */
final class RawClient implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    static final String CLOSED = "(closed)";

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final SendsInTurn sends = new SendsInTurn();
    private final StringBuilder text = new StringBuilder();
    private final boolean answersPings;
    private WebSocket socket;

    private RawClient(boolean answersPings) {
        this.answersPings = answersPings;
    }

    static RawClient open(int port) {
        return open(port, true);
    }

    static RawClient open(int port, boolean answersPings) {
        RawClient client = new RawClient(answersPings);
        client.socket = HTTP.newWebSocketBuilder()
                .buildAsync(URI.create("ws://localhost:" + port + "/socket.io/?EIO=4&transport=websocket"), client)
                .join();
        assertThat(client.next()).asString().startsWith("0{");
        return client;
    }

    /** Opens a connection and connects it to the main namespace of a server that emits "auth". */
    static RawClient connected(int port) {
        RawClient client = open(port);
        client.say("40");
        assertThat(client.next()).asString().startsWith("40{\"sid\":");
        assertThat(client.next()).isEqualTo("42[\"auth\",{}]");
        return client;
    }

    void say(String message) {
        sends.send(() -> socket.sendText(message, true)).join();
    }

    void say(byte... bytes) {
        sends.send(() -> socket.sendBinary(ByteBuffer.wrap(bytes), true)).join();
    }

    /** {@return the next message (text or bytes), or {@link #CLOSED}; heartbeats are left out} */
    Object next() {
        try {
            Object message = received.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("nothing came").isNotNull();
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            String message = text.toString();
            text.setLength(0);
            if (!message.equals("2")) {
                received.add(message);
            } else if (answersPings) {
                sends.send(() -> from.sendText("3", true));
            }
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        received.add(bytes);
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        received.add(CLOSED);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        received.add(CLOSED);
    }

    /** Cuts the TCP connection. */
    @Override
    public void close() {
        socket.abort();
    }
}
