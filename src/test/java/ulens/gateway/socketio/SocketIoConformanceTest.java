package ulens.gateway.socketio;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.engineio.EngineIoCases;

import java.time.Duration;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The cases of the Socket.IO 5 suite, against our echo: those of Engine.IO, which it repeats, and its own. */
class SocketIoConformanceTest extends EngineIoCases {
    private static final Pattern MESSAGES = Pattern.compile("\u001e");

    SocketIoConformanceTest() {
        super("/socket.io/", SocketIoEcho.start(0), SocketIoEcho.start(0, Duration.ofMillis(300), LONG, LONG),
                SocketIoEcho.start(0, LONG, LONG, LONG));
    }

    @Override
    protected void assertWorks(Heard socket) {
        connect(socket, "");
    }

    private static void connect(Heard socket, String namespace) {
        socket.say("40" + namespace);
        String prefix = namespace.isEmpty() ? "" : namespace.replaceAll(",.*", "") + ",";
        assertThat(nextButPings(socket)).asString().matches("40" + prefix + "\\{\"sid\":\"[^\"]+\"}");
        assertThat(nextButPings(socket)).isEqualTo("42" + prefix + "[\"auth\",{}]");
    }

    private static Object nextButPings(Heard socket) {
        Object next = socket.next();
        return "2".equals(next) ? nextButPings(socket) : next;
    }

    private Heard initSocketIoConnection() {
        Heard socket = opened(quiet());
        connect(socket, "");
        return socket;
    }

    @ParameterizedTest(name = "connect / should allow connection to {0}")
    @CsvSource(delimiter = '|', value = { "the main namespace|40|''|{}",
            "the main namespace with a payload|40{\"token\":\"123\"}|''|{\"token\":\"123\"}",
            "a custom namespace|40/custom,|/custom,|{}",
            "a custom namespace with a payload|40/custom,{\"token\":\"abc\"}|/custom,|{\"token\":\"abc\"}" })
    void connects(String what, String packet, String prefix, String auth) {
        Heard socket = opened(quiet());
        socket.say(packet);
        assertThat(socket.next()).as(what).asString().matches("40" + prefix + "\\{\"sid\":\"[^\"]+\"}");
        assertThat(socket.next()).isEqualTo("42" + prefix + "[\"auth\"," + auth + "]");
    }

    @Test
    @DisplayName("connect / should disallow connection to an unknown namespace")
    void refusesAnUnknownNamespace() {
        Heard socket = opened(quiet());
        socket.say("40/random");
        assertThat(socket.next()).isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
    }

    @Test
    @DisplayName("connect / should disallow connection with an invalid handshake")
    void closesForAnInvalidHandshake() {
        Heard socket = opened(quiet());
        socket.say("4abc");
        assertThat(socket.next()).isEqualTo(CLOSED);
    }

    @Test
    @DisplayName("connect / should close the connection if no handshake is received")
    void closesWhoDoesNotConnect() {
        Heard socket = webSocket(hasty(), "?EIO=4&transport=websocket");
        Object heard = socket.next();
        while (!CLOSED.equals(heard)) {
            if ("2".equals(heard)) {
                socket.say("3");
            }
            heard = socket.next();
        }
    }

    @Test
    @DisplayName("disconnect / should disconnect from the main namespace")
    void disconnectsAndStaysConnectedBelow() {
        Heard socket = opened(pinging());
        connect(socket, "");
        socket.say("41");
        assertThat(socket.next()).isEqualTo("2");
    }

    @Test
    @DisplayName("disconnect / should connect then disconnect from a custom namespace")
    void disconnectsFromOneOfTwo() {
        Heard socket = initSocketIoConnection();
        connect(socket, "/custom");
        socket.say("41/custom");
        socket.say("42[\"message\",\"message to main namespace\"]");
        assertThat(socket.next()).isEqualTo("42[\"message-back\",\"message to main namespace\"]");
    }

    @Test
    @DisplayName("message / should send a plain-text packet")
    void echoesText() {
        Heard socket = initSocketIoConnection();
        socket.say("42[\"message\",1,\"2\",{\"3\":[true]}]");
        assertThat(socket.next()).isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
    }

    @Test
    @DisplayName("message / should send a plain-text packet with an ack")
    void acksText() {
        Heard socket = initSocketIoConnection();
        socket.say("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
        assertThat(socket.next()).isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
    }

    @ParameterizedTest(name = "message / should send a packet with binary attachments {0}")
    @CsvSource(delimiter = '|', value = { "''|452-[\"message\",|452-[\"message-back\",",
            "and an ack|452-789[\"message-with-ack\",|462-789[" })
    void echoesBytes(String what, String said, String answered) {
        String places = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]";
        Heard socket = initSocketIoConnection();
        socket.say(said + places);
        socket.say((byte) 1, (byte) 2, (byte) 3);
        socket.say((byte) 4, (byte) 5, (byte) 6);
        assertThat(socket.next()).as(what).isEqualTo(answered + places);
        assertThat(socket.next()).isEqualTo(new byte[] { 1, 2, 3 });
        assertThat(socket.next()).isEqualTo(new byte[] { 4, 5, 6 });
    }

    @ParameterizedTest(name = "message / should close the connection upon invalid format ({0})")
    @CsvSource(delimiter = '|', value = { "unknown packet type|4abc", "invalid payload format|42{}",
            "invalid ack id|42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]" })
    void closesForAnInvalidFormat(String what, String packet) {
        Heard socket = initSocketIoConnection();
        socket.say(packet);
        assertThat(socket.next()).as(what).isEqualTo(CLOSED);
    }

    // The suite sends everything over a WebSocket; polling is to do the same.
    @ParameterizedTest(name = "over HTTP long-polling: {0}")
    @CsvSource(delimiter = '|', value = { "text|42[\"message\",1,\"2\"]|42[\"message-back\",1,\"2\"]",
            "ack|42456[\"message-with-ack\",1]|43456[1]",
            "attachment|451-[\"message\",{\"_placeholder\":true,\"num\":0}]+bAQID|"
                    + "451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]+bAQID",
            "unknown namespace|40/random|44/random,{\"message\":\"Invalid namespace\"}" })
    void doesTheSameOverPolling(String what, String said, String answered) {
        String sid = initLongPollingSession(quiet());
        assertThat(post(quiet(), sid, "40").body()).isEqualTo("ok");
        StringBuilder heard = new StringBuilder(poll(quiet(), sid).body());
        while (!heard.toString().contains("[\"auth\",{}]")) {
            heard.append('\u001e').append(poll(quiet(), sid).body());
        }
        assertThat(MESSAGES.split(heard)).as(what).hasSize(2);
        assertThat(post(quiet(), sid, said.replace('+', '\u001e')).body()).isEqualTo("ok");
        assertThat(poll(quiet(), sid).body()).isEqualTo(answered.replace('+', '\u001e'));
    }

    @Test
    @DisplayName("over HTTP long-polling: closes the session upon invalid format")
    void closesForAnInvalidFormatOverPolling() {
        String sid = initLongPollingSession(quiet());
        assertThat(post(quiet(), sid, "4abc").statusCode()).isEqualTo(200);
        assertThat(poll(quiet(), sid).body()).isEqualTo("1");
        assertThat(poll(quiet(), sid).statusCode()).isEqualTo(400);
    }
}
