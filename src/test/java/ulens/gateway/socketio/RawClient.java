package ulens.gateway.socketio;

import ulens.gateway.fixture.HeardMessages;
import ulens.gateway.fixture.SendsInTurn;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Says over a WebSocket exactly what a test wants said. Heartbeats are not among what it hears; it answers them if it
 * is told to.
 */
final class RawClient extends HeardMessages implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final SendsInTurn sends = new SendsInTurn();
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

    @Override
    protected void heard(WebSocket from, String text) {
        if (!text.equals("2")) {
            super.heard(from, text);
        } else if (answersPings) {
            sends.send(() -> from.sendText("3", true));
        }
    }

    /** Cuts the TCP connection. */
    @Override
    public void close() {
        socket.abort();
    }
}
