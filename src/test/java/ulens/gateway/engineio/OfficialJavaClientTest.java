package ulens.gateway.engineio;

import io.socket.engineio.client.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The official Java client against this server: all its transports, with heartbeats and proofs between messages. */
class OfficialJavaClientTest {
    private static final int MESSAGES = 90;
    private final TestServer server = TestServer.echo(Duration.ofMillis(150), Duration.ofSeconds(20));
    private Socket client;

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    static Stream<Arguments> transports() {
        return Stream.of(Arguments.of(new String[] { "polling" }, TransportName.POLLING),
                Arguments.of(new String[] { "websocket" }, TransportName.WEBSOCKET),
                Arguments.of(new String[] { "polling", "websocket" }, TransportName.WEBSOCKET));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void textAndBinaryComeBackInOrder(String[] transports, TransportName last) throws Exception {
        Socket.Options options = new Socket.Options();
        options.transports = transports;
        options.path = TestServer.PATH;
        options.host = "localhost";
        options.port = server.port();
        client = new Socket(options);
        List<String> got = new CopyOnWriteArrayList<>();
        List<String> received = new CopyOnWriteArrayList<>();
        client.on(Socket.EVENT_MESSAGE,
                args -> got.add(args[0] instanceof byte[] bytes ? "binary " + new String(bytes, StandardCharsets.UTF_8)
                        : (String) args[0]));
        List<String> expected = new ArrayList<>();
        client.once(Socket.EVENT_OPEN, args -> {
            for (int i = 0; i < MESSAGES; i++) {
                send(i, expected);
            }
        });
        client.open();
        await().untilAsserted(() -> assertThat(got).hasSize(MESSAGES));
        await().until(() -> server.only().session.transport() == last);
        server.only().session.send(EngineMessage.text("proof"));
        server.only().session.whenReceived(() -> received.add(got.getLast()));
        await().untilAsserted(() -> assertThat(received).containsExactly("proof"));
        assertThat(got.subList(0, MESSAGES)).isEqualTo(expected);
        client.close();
        await().untilAsserted(() -> assertThat(server.only().events).endsWith("closed: transport close"));
        assertThat(server.engine.sessions()).isZero();
    }

    private void send(int number, List<String> expected) {
        if (number % 10 == 0) {
            client.send(("b" + number).getBytes(StandardCharsets.UTF_8));
            expected.add("binary b" + number);
        } else {
            client.send("häß€ " + number);
            expected.add("häß€ " + number);
        }
    }
}
