package ulens.gateway.faults;

import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that takes everything and answers no ping. */
final class SilentClient implements AutoCloseable, WebSocket.Listener {
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger notifications = new AtomicInteger();
    private final StringBuilder part = new StringBuilder();
    private final WebSocket socket;
    private final String user;
    private volatile boolean closed;

    SilentClient(int port, String user) {
        this.user = user;
        this.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=websocket"), this)
                .join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            String message = part.toString();
            part.setLength(0);
            if (message.startsWith("0")) {
                from.sendText("40/ws,{\"token\":\"" + TestTokens.of(user) + "\"}", true);
            } else if (message.startsWith("40/ws")) {
                from.sendText("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]", true);
            } else if (message.startsWith("42/ws,[\"NEW_NOTIFICATION\"")) {
                notifications.incrementAndGet();
            }
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        closed = true;
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed = true;
    }

    int notifications() {
        return notifications.get();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
    }
}
