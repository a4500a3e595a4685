package ulens.gateway.engineio;

import io.helidon.webserver.WebServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * What the public conformance suite of the Engine.IO 4 protocol asserts, and the first part of the one for Socket.IO 5
 * with it, written anew: the display names are those of the suite's cases, so that they can be compared. The suites
 * want a ping interval of 300 ms and a timeout of 200 ms; here only the cases that are about these times have them, so
 * that a busy machine is no failure.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineIoCases extends EngineIoClient {
    /** Does not come to its end within a test. */
    protected static final Duration LONG = Duration.ofSeconds(60);

    private final String path;
    private final WebServer hasty;
    private final WebServer pinging;
    private final WebServer quiet;

    /** Against three running servers, which end with the cases. */
    protected EngineIoCases(String path, WebServer hasty, WebServer pinging, WebServer quiet) {
        this.path = path;
        this.hasty = hasty;
        this.pinging = pinging;
        this.quiet = quiet;
    }

    @AfterAll
    final void stop() {
        hasty.stop();
        pinging.stop();
        quiet.stop();
    }

    /** {@return where the server with the suite's times is, as host, port and path} */
    protected final String hasty() {
        return at(hasty);
    }

    /** {@return where the server with a ping interval of 300 ms is whose timeout is not for tests} */
    protected final String pinging() {
        return at(pinging);
    }

    /** {@return where the server is whose pings do not come within a test} */
    protected final String quiet() {
        return at(quiet);
    }

    private String at(WebServer server) {
        return "localhost:" + server.port() + path;
    }

    /** Checks that a session works whose transport is this WebSocket now. */
    protected abstract void assertWorks(Heard socket);

    private static void assertOpenPacket(String packet, String... upgrades) {
        assertThat(packet).startsWith("0");
        JsonNode value = JSON.readTree(packet.substring(1));
        assertThat(value.propertyNames()).containsExactlyInAnyOrder("sid", "upgrades", "pingInterval", "pingTimeout",
                "maxPayload");
        assertThat(value.get("sid").isString()).isTrue();
        assertThat(value.get("upgrades").values()).extracting(JsonNode::asString).isEqualTo(List.of(upgrades));
        assertThat(value.get("pingInterval").asInt()).isEqualTo(300);
        assertThat(value.get("pingTimeout").asInt()).isEqualTo(200);
        assertThat(value.get("maxPayload").asInt()).isEqualTo(1_000_000);
    }

    @Test
    @DisplayName("handshake / HTTP long-polling / successfully opens a session")
    void opensAPollingSession() {
        HttpResponse<String> response = fetch(hasty(), POLLING, "GET", null);
        assertThat(response.statusCode()).isEqualTo(200);
        assertOpenPacket(response.body(), "websocket");
    }

    @ParameterizedTest
    @ValueSource(strings = { "?transport=polling", "?EIO=abc&transport=polling" })
    @DisplayName("handshake / HTTP long-polling / fails with an invalid 'EIO' query parameter")
    void refusesAPollWithoutVersion(String query) {
        assertThat(fetch(quiet(), query, "GET", null).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = { "?EIO=4", "?EIO=4&transport=abc" })
    @DisplayName("handshake / HTTP long-polling / fails with an invalid 'transport' query parameter")
    void refusesAPollWithoutTransport(String query) {
        assertThat(fetch(quiet(), query, "GET", null).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = { "POST", "PUT" })
    @DisplayName("handshake / HTTP long-polling / fails with an invalid request method")
    void refusesOtherMethods(String method) {
        assertThat(fetch(quiet(), POLLING, method, null).statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("handshake / WebSocket / successfully opens a session")
    void opensAWebSocketSession() {
        assertOpenPacket((String) webSocket(hasty(), WEBSOCKET).next());
    }

    @ParameterizedTest
    @ValueSource(strings = { "?transport=websocket", "?EIO=abc&transport=websocket" })
    @DisplayName("handshake / WebSocket / fails with an invalid 'EIO' query parameter")
    void refusesAWebSocketWithoutVersion(String query) {
        assertThatThrownBy(() -> webSocket(quiet(), query)).isInstanceOf(CompletionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "?EIO=4", "?EIO=4&transport=abc" })
    @DisplayName("handshake / WebSocket / fails with an invalid 'transport' query parameter")
    void refusesAWebSocketWithoutTransport(String query) {
        assertThatThrownBy(() -> webSocket(quiet(), query)).isInstanceOf(CompletionException.class);
    }

    @Test
    @DisplayName("message / HTTP long-polling / closes the session upon invalid packet format")
    void closesAPollingSessionForWhatIsNoPacket() {
        String sid = initLongPollingSession(quiet());
        assertThat(post(quiet(), sid, "abc").statusCode()).isEqualTo(400);
        assertThat(poll(quiet(), sid).statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("message / HTTP long-polling / closes the session upon duplicate poll requests")
    void closesASessionForTwoPolls() {
        String sid = initLongPollingSession(quiet());
        // which of them comes first is open
        List<HttpResponse<String>> answers = List.of(polling(quiet(), sid), polling(quiet(), sid)).stream()
                .map(CompletableFuture::join).toList();
        assertThat(answers).extracting(HttpResponse::statusCode).containsExactlyInAnyOrder(200, 400);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).extracting(HttpResponse::body)
                .containsExactly("1");
        assertThat(poll(quiet(), sid).statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("message / HTTP long-polling / closes the session upon cancelled polling request")
    void closesASessionWhosePollWasGivenUp() {
        String sid = initLongPollingSession(quiet());
        CompletableFuture<HttpResponse<String>> first = polling(quiet(), sid);
        // the second tells that the first has come, one way or the other
        CompletableFuture<HttpResponse<String>> second = polling(quiet(), sid);
        CompletableFuture.anyOf(first, second).join();
        first.cancel(true);
        second.cancel(true);
        assertThat(poll(quiet(), sid).statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("message / WebSocket / closes the session upon invalid packet format")
    void closesAWebSocketForWhatIsNoPacket() {
        Heard socket = opened(quiet());
        socket.say("abc");
        assertThat(socket.next()).isEqualTo(CLOSED);
    }

    @Test
    @DisplayName("heartbeat / HTTP long-polling / sends ping/pong packets")
    void pingsOverPolling() {
        String sid = initLongPollingSession(pinging());
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> response = poll(pinging(), sid);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("2");
            assertThat(post(pinging(), sid, "3").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("heartbeat / HTTP long-polling / closes the session upon ping timeout")
    void closesAPollingSessionThatDoesNotAnswer() {
        String sid = initLongPollingSession(hasty());
        await().pollDelay(Duration.ofMillis(510)).atMost(Duration.ofSeconds(30))
                .until(() -> poll(hasty(), sid).statusCode() == 400);
    }

    @Test
    @DisplayName("heartbeat / WebSocket / sends ping/pong packets")
    void pingsOverAWebSocket() {
        Heard socket = opened(pinging());
        for (int i = 0; i < 3; i++) {
            assertThat(socket.next()).isEqualTo("2");
            socket.say("3");
        }
    }

    @Test
    @DisplayName("heartbeat / WebSocket / closes the session upon ping timeout")
    void closesAWebSocketThatDoesNotAnswer() {
        Heard socket = opened(hasty());
        assertThat(socket.next()).isEqualTo("2");
        assertThat(socket.next()).isEqualTo(CLOSED);
    }

    @Test
    @DisplayName("close / HTTP long-polling / forcefully closes the session")
    void closesAPollingSession() {
        String sid = initLongPollingSession(quiet());
        CompletableFuture<HttpResponse<String>> poll = polling(quiet(), sid);
        assertThat(post(quiet(), sid, "1").statusCode()).isEqualTo(200);
        assertThat(poll.join().statusCode()).isEqualTo(200);
        assertThat(poll.join().body()).isEqualTo("6");
        assertThat(poll(quiet(), sid).statusCode()).isEqualTo(400);
    }

    @Test
    @DisplayName("close / WebSocket / forcefully closes the session")
    void closesAWebSocketSession() {
        Heard socket = opened(quiet());
        socket.say("1");
        assertThat(socket.next()).isEqualTo(CLOSED);
    }

    private Heard upgrading(String sid) {
        Heard socket = webSocket(quiet(), WEBSOCKET + "&sid=" + sid);
        socket.say("2probe");
        assertThat(socket.next()).isEqualTo("3probe");
        return socket;
    }

    @Test
    @DisplayName("upgrade / successfully upgrades from HTTP long-polling to WebSocket")
    void upgrades() {
        String sid = initLongPollingSession(quiet());
        Heard socket = upgrading(sid);
        HttpResponse<String> poll = poll(quiet(), sid);
        assertThat(poll.statusCode()).isEqualTo(200);
        assertThat(poll.body()).isEqualTo("6");
        socket.say("5");
        assertWorks(socket);
    }

    @Test
    @DisplayName("upgrade / ignores HTTP requests with same sid after upgrade")
    void refusesPollsAfterTheUpgrade() {
        String sid = initLongPollingSession(quiet());
        Heard socket = upgrading(sid);
        socket.say("5");
        // a poll that overtakes the 5 waits 100 ms for it, and where that is too short ends with a noop
        await().until(() -> poll(quiet(), sid).statusCode() == 400);
        assertWorks(socket);
    }

    @Test
    @DisplayName("upgrade / ignores WebSocket connection with same sid after upgrade")
    void closesASecondWebSocketAfterTheUpgrade() {
        String sid = initLongPollingSession(quiet());
        Heard socket = upgrading(sid);
        socket.say("5");
        Heard second = webSocket(quiet(), WEBSOCKET + "&sid=" + sid);
        assertThat(second.next()).isEqualTo(CLOSED);
        assertWorks(socket);
    }
}
