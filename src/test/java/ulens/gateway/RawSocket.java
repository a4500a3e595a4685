package ulens.gateway;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.awaitility.Awaitility.await;

/** Speaks the protocol by hand, for what a good client never sends; answers pings, keeps everything it hears. */
final class RawSocket implements AutoCloseable, WebSocket.Listener {
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final StringBuilder part = new StringBuilder();
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private volatile boolean closed;

    RawSocket(int port) {
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=websocket"), this)
                .join();
    }

    /** Connects to the namespace with this auth payload; returns the server's answer. */
    static RawSocket connect(int port, String auth) {
        RawSocket raw = new RawSocket(port);
        raw.send("40/ws," + auth);
        raw.next("40/ws,");
        return raw;
    }

    void send(String text) {
        socket.sendText(text, true).join();
    }

    /** {@return the first message that begins like this, without its beginning} */
    String next(String beginning) {
        await().atMost(TestClient.PATIENCE).until(() -> !all(beginning).isEmpty());
        return all(beginning).getFirst().substring(beginning.length());
    }

    List<String> all(String beginning) {
        return heard.stream().filter(text -> text.startsWith(beginning)).toList();
    }

    /** {@return the private id that the server gave} */
    String pid() {
        return next("40/ws,").replaceAll(".*\"pid\":\"([^\"]+)\".*", "$1");
    }

    boolean closed() {
        return closed;
    }

    @Override
    public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            String text = part.toString();
            part.setLength(0);
            heard.add(text);
            if (text.equals("2")) {
                ws.sendText("3", true);
            }
        }
        ws.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
        closed = true;
        return null;
    }

    @Override
    public void onError(WebSocket ws, Throwable error) {
        closed = true;
    }

    /** Breaks the connection without a word. */
    void cut() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }

}
