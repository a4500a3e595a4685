package ulens.gateway.socketio;

import io.socket.client.IO;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The official Java client, with each of its transports. */
@Timeout(60)
class JavaClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final EchoApplication application = new EchoApplication();
    private final BlockingQueue<Object[]> received = new LinkedBlockingQueue<>();
    private TestServer server;
    private io.socket.client.Socket client;

    static Stream<Named<String[]>> transports() {
        return Stream.of(Named.of("websocket only", new String[] { "websocket" }),
                Named.of("polling only", new String[] { "polling" }), Named.of("polling, then upgrade", null));
    }

    @BeforeEach
    void start() {
        server = TestServer.start(application::install);
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.disconnect();
        }
        await().atMost(LONG).until(() -> server.io().connections() == 0);
        server.close();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void echoesEventsWithTextAndBinary(String[] transports) throws Exception {
        connect(transports);
        receive("message-back");
        client.emit("message", 1, "zwölf \ud83d\ude00", new JSONObject("{\"a\":[true,null]}"), new byte[] { 1, 2 },
                new JSONObject().put("deep", new JSONArray().put(new byte[] { 3 })));
        Object[] args = next();
        assertThat(args).hasSize(5);
        assertThat(Arrays.copyOf(args, 2)).containsExactly(1, "zwölf \ud83d\ude00");
        assertThat(args[2]).hasToString("{\"a\":[true,null]}");
        assertThat(args[3]).isEqualTo(new byte[] { 1, 2 });
        assertThat(((JSONObject) args[4]).getJSONArray("deep").get(0)).isEqualTo(new byte[] { 3 });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void acknowledgesInBothDirections(String[] transports) throws Exception {
        connect(transports);
        client.emit("message-with-ack", new Object[] { 5, new byte[] { 9 } }, received::add);
        assertThat(next()).containsExactly(5, new byte[] { 9 });
        client.on("question", args -> ((io.socket.client.Ack) args[1]).call("fine", args[0]));
        receive("you-said");
        client.emit("ask-me");
        assertThat(next()).containsExactly("fine", new byte[] { 1, 2 });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void reachesTheRoomsThatTheClientIsIn(String[] transports) throws Exception {
        connect(transports);
        receive("shouted");
        client.emit("join", new Object[] { "r1" }, received::add);
        assertThat(next()).containsExactly(1);
        client.emit("shout", "other", "not for me");
        client.emit("shout", "r1", "for me");
        assertThat(next()).containsExactly("for me", new byte[] { 7 });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void keepsTheOrderAcrossAnUpgrade(String[] transports) throws Exception {
        connect(transports);
        receive("number");
        client.emit("count", 2_000);
        for (int i : IntStream.range(0, 2_000).toArray()) {
            assertThat(next()).containsExactly(i);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void tellsWhyItWasRefused(String[] transports) throws Exception {
        open(transports, "/app", "bad");
        receive(io.socket.client.Socket.EVENT_CONNECT_ERROR);
        client.connect();
        JSONObject error = (JSONObject) next()[0];
        assertThat(error.getString("message")).isEqualTo("Invalid token");
        assertThat(error.getJSONObject("data").getString("token")).isEqualTo("bad");
        client.disconnect();
        open(transports, "/unknown", "good");
        receive(io.socket.client.Socket.EVENT_CONNECT_ERROR);
        client.connect();
        assertThat(((JSONObject) next()[0]).getString("message")).isEqualTo("Invalid namespace");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void bothSidesLearnOfADisconnect(String[] transports) throws Exception {
        connect(transports);
        receive(io.socket.client.Socket.EVENT_DISCONNECT);
        client.emit("bye");
        assertThat(next()).containsExactly("io server disconnect");
        assertThat(application.farewells().poll(20, TimeUnit.SECONDS)).isEqualTo("server namespace disconnect");
        connect(transports);
        client.disconnect();
        assertThat(application.farewells().poll(20, TimeUnit.SECONDS)).isIn("client namespace disconnect",
                "transport close");
        await().atMost(LONG).until(() -> server.io().connections() == 0);
        assertThat(server.io().namespace("/app").sockets()).isEmpty();
    }

    private void connect(String[] transports) {
        open(transports, "/app", "good");
        client.connect();
        await().atMost(LONG).until(client::connected);
        assertThat(server.io().namespace("/app").sockets()).extracting(Socket::id).isEqualTo(List.of(client.id()));
    }

    private void open(String[] transports, String namespace, String token) {
        IO.Options options = IO.Options.builder().setForceNew(true).setReconnection(false)
                .setAuth(Map.of("token", token)).build();
        if (transports != null) {
            options.transports = transports;
        }
        client = IO.socket(URI.create("http://localhost:" + server.port() + namespace), options);
    }

    private void receive(String event) {
        client.on(event, received::add);
    }

    private Object[] next() throws InterruptedException {
        Object[] args = received.poll(20, TimeUnit.SECONDS);
        assertThat(args).as("nothing came").isNotNull();
        return args;
    }
}
