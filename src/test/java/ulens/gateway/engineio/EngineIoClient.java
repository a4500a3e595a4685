package ulens.gateway.engineio;

import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.fixture.HeardMessages;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A plain client of the cases of the conformance suites: polls, posts and WebSockets, as Java's own HTTP client has
 * them.
 */
public abstract class EngineIoClient {
    /** What is heard when a WebSocket has been closed. */
    protected static final String CLOSED = HeardMessages.CLOSED;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    static final JsonMapper JSON = new JsonMapper();
    static final String POLLING = "?EIO=4&transport=polling";
    static final String WEBSOCKET = "?EIO=4&transport=websocket";

    /** A WebSocket, and what it hears. */
    protected static final class Heard extends HeardMessages {
        private WebSocket socket;

        /** Says a text. */
        public void say(String text) {
            socket.sendText(text, true).join();
        }

        /** Says bytes. */
        public void say(byte... bytes) {
            socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        }
    }

    /** Opens a WebSocket, whatever the query. */
    protected static Heard webSocket(String server, String query) {
        Heard heard = new Heard();
        heard.socket = HTTP.newWebSocketBuilder().buildAsync(URI.create("ws://" + server + query), heard).join();
        return heard;
    }

    /** {@return a new session on a WebSocket, its open packet read} */
    protected static Heard opened(String server) {
        Heard socket = webSocket(server, WEBSOCKET);
        assertThat(socket.next()).asString().startsWith("0{");
        return socket;
    }

    private static HttpRequest request(String server, String query, String method, String body) {
        return HttpRequest.newBuilder(URI.create("http://" + server + query)).timeout(Duration.ofSeconds(40))
                .method(method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    static HttpResponse<String> fetch(String server, String query, String method, String body) {
        return HTTP.sendAsync(request(server, query, method, body),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).join();
    }

    /** {@return the answer to a poll} */
    protected static HttpResponse<String> poll(String server, String sid) {
        return fetch(server, POLLING + "&sid=" + sid, "GET", null);
    }

    static CompletableFuture<HttpResponse<String>> polling(String server, String sid) {
        return HTTP.sendAsync(request(server, POLLING + "&sid=" + sid, "GET", null),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** {@return the answer to a POST} */
    protected static HttpResponse<String> post(String server, String sid, String body) {
        return fetch(server, POLLING + "&sid=" + sid, "POST", body);
    }

    /** {@return the id of a new session that polls} */
    protected static String initLongPollingSession(String server) {
        return JSON.readTree(fetch(server, POLLING, "GET", null).body().substring(1)).get("sid").asString();
    }
}
