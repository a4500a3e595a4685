package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.websocket.MaskedFrame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class WebSocketFramesTest {
    private final TestServer server = TestServer.quiet();
    private RawWebSocket socket;

    @BeforeEach
    void open() throws Exception {
        socket = RawWebSocket.open(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        server.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void assertClosed(int code, String reason) throws Exception {
        assertThat(socket.read().closeCode()).isEqualTo(code);
        socket.http.socket.shutdownOutput();
        assertThat(socket.atEnd()).isTrue();
        await().untilAsserted(() -> assertThat(server.only().events).endsWith("closed: " + reason));
        assertThat(server.engine.sessions()).isZero();
        await().until(() -> server.engine.known() == 0);
    }

    @Test
    void textAndBinaryComeBackAsTheyWere() throws Exception {
        for (String text : new String[] { "", "hello", "häß€🎈", "x".repeat(200), "y".repeat(99_999) }) {
            socket.text("4" + text);
            assertThat(socket.readText()).isEqualTo("4" + text);
        }
        for (int length : new int[] { 0, 1, 125, 126, 65_535, 65_536, 100_000 }) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) 0xfe);
            socket.frame(RawWebSocket.BINARY, bytes);
            var got = socket.read();
            assertThat(got.first()).isEqualTo(RawWebSocket.BINARY);
            assertThat(got.payload()).isEqualTo(bytes);
        }
    }

    @Test
    void fragmentsArePutTogetherAcrossSplitCharactersWithPingsBetween() throws Exception {
        byte[] bytes = utf8("4ä€🎈");
        socket.frame(0x01, Arrays.copyOfRange(bytes, 0, 2));
        for (int i = 2; i < bytes.length; i++) {
            socket.frame(RawWebSocket.PING, new byte[] { (byte) i });
            socket.frame(0x00, new byte[] { bytes[i] });
            var pong = socket.read();
            assertThat(pong.first()).isEqualTo(0x8a);
            assertThat(pong.payload()).containsExactly((byte) i);
        }
        socket.frame(0x80, new byte[0]);
        assertThat(socket.readText()).isEqualTo("4ä€🎈");
        socket.frame(0x02, new byte[] { 1 });
        socket.frame(0x80, new byte[] { 2 });
        assertThat(socket.read().payload()).containsExactly(1, 2);
    }

    @Test
    void framesThatArriveByteByByteAreUnderstood() throws Exception {
        for (byte b : MaskedFrame.of(RawWebSocket.TEXT, utf8("4slow"))) {
            socket.http.write(new byte[] { b });
        }
        assertThat(socket.readText()).isEqualTo("4slow");
    }

    @Test
    void framesSentBehindTheHandshakeWithoutWaitingAreNotLost() throws Exception {
        StringBuilder request = new StringBuilder(
                "GET " + TestServer.PATH + "?" + RawWebSocket.WEBSOCKET + " HTTP/1.1\r\nHost: x\r\n");
        for (String header : RawWebSocket.HANDSHAKE) {
            request.append(header).append("\r\n");
        }
        byte[] head = utf8(request + "\r\n");
        byte[] frame = MaskedFrame.of(RawWebSocket.TEXT, utf8("4early"));
        byte[] both = Arrays.copyOf(head, head.length + frame.length);
        System.arraycopy(frame, 0, both, head.length, frame.length);
        try (RawHttp http = new RawHttp(server.port())) {
            http.write(both);
            assertThat(http.answer().status()).isEqualTo(101);
            await().until(() -> server.sessions.size() == 2 && server.sessions.get(1).events.contains("early"));
        }
    }

    static Stream<Arguments> brokenFrames() {
        byte[] text = utf8("4x");
        return Stream.of(Arguments.of("reserved bit 1", MaskedFrame.of(0xc1, text)),
                Arguments.of("reserved bit 2", MaskedFrame.of(0xa1, text)),
                Arguments.of("reserved bit 3", MaskedFrame.of(0x91, text)),
                Arguments.of("reserved opcode 3", MaskedFrame.of(0x83, text)),
                Arguments.of("reserved opcode 7", MaskedFrame.of(0x87, text)),
                Arguments.of("reserved opcode 11", MaskedFrame.of(0x8b, text)),
                Arguments.of("reserved opcode 15", MaskedFrame.of(0x8f, text)),
                Arguments.of("no mask", new byte[] { (byte) 0x81, 2, '4', 'x' }),
                Arguments.of("fragmented ping", MaskedFrame.of(0x09, new byte[0])),
                Arguments.of("long ping", MaskedFrame.of(0x89, new byte[126])),
                Arguments.of("long close", MaskedFrame.of(0x88, new byte[126])),
                Arguments.of("continuation of nothing", MaskedFrame.of(0x80, text)),
                Arguments.of("length not in its shortest form",
                        new byte[] { (byte) 0x81, (byte) 0xfe, 0, 2, 0, 0, 0, 0, '4', 'x' }),
                Arguments.of("negative length", new byte[] { (byte) 0x82, (byte) 0xff, -1, 0, 0, 0, 0, 0, 0, 0 }),
                Arguments.of("half a close code", MaskedFrame.of(0x88, new byte[] { 3 })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenFrames")
    void aBrokenFrameIsClosedWith1002(String name, byte[] bytes) throws Exception {
        socket.http.write(bytes);
        assertClosed(1002, "transport error");
    }

    @Test
    void aMessageWithinAMessageIsClosedWith1002() throws Exception {
        socket.frame(0x01, utf8("4a"));
        socket.frame(0x81, utf8("4b"));
        assertClosed(1002, "transport error");
    }

    static Stream<byte[]> invalidUtf8() {
        return Stream.of(new byte[] { '4', (byte) 0xff }, new byte[] { '4', (byte) 0xc3 },
                new byte[] { '4', (byte) 0xc0, (byte) 0xaf }, new byte[] { '4', (byte) 0xed, (byte) 0xa0, (byte) 0x80 },
                new byte[] { '4', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80 });
    }

    @ParameterizedTest
    @MethodSource("invalidUtf8")
    void invalidUtf8IsClosedWith1007(byte[] payload) throws Exception {
        socket.frame(RawWebSocket.TEXT, payload);
        assertClosed(1007, "parse error");
    }

    @Test
    void theReplacementCharacterItselfIsValid() throws Exception {
        socket.text("4\uFFFD");
        assertThat(socket.readText()).isEqualTo("4\uFFFD");
    }

    @Test
    void invalidUtf8InACloseReasonIsClosedWith1007() throws Exception {
        socket.frame(RawWebSocket.CLOSE, new byte[] { 3, (byte) 0xe8, (byte) 0xff });
        assertClosed(1007, "transport error");
    }

    @Test
    void anOversizedFrameIsClosedWith1009BeforeItsBodyComes() throws Exception {
        socket.http.write(new byte[] { (byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 1, (byte) 0x86, (byte) 0xa1 });
        assertClosed(1009, "transport error");
    }

    @Test
    void fragmentsCountTogetherForTheLimit() throws Exception {
        socket.frame(0x02, new byte[60_000]);
        socket.http.write(new byte[] { 0x00, (byte) 0xfe, (byte) 0x9c, (byte) 0x41 });
        assertClosed(1009, "transport error");
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1001, 1011, 1014, 3000, 4999 })
    void theCloseHandshakeIsAnsweredWithTheSameCode(int code) throws Exception {
        socket.close(code);
        assertClosed(code, "transport close");
    }

    @Test
    void everyClientThatGoesAwayIsAnsweredBeforeTheConnectionEnds() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (RawWebSocket leaving = RawWebSocket.open(server.port())) {
                leaving.close(1001);
                assertThat(leaving.read().closeCode()).isEqualTo(1001);
                assertThat(leaving.atEnd()).isTrue();
            }
        }
    }

    @Test
    void aCloseFrameWithoutCodeIsAnsweredWithoutCode() throws Exception {
        socket.frame(RawWebSocket.CLOSE, new byte[0]);
        assertClosed(1005, "transport close");
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535 })
    void closeCodesThatMayNotBeSentAreClosedWith1002(int code) throws Exception {
        socket.close(code);
        assertClosed(1002, "transport error");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "abc", "7", "9x", "\u00e4" })
    void whatIsNoPacketClosesTheSession(String text) throws Exception {
        socket.text(text);
        assertClosed(1002, "parse error");
    }

    @Test
    void aClosePacketClosesTheSession() throws Exception {
        socket.text("1");
        assertClosed(1000, "transport close");
    }

    @Test
    void aPingFromTheClientIsAnErrorInThisVersion() throws Exception {
        socket.text("2");
        assertClosed(1002, "transport error");
    }

    @Test
    void pongFramesAndNoopPacketsAreIgnored() throws Exception {
        socket.frame(0x8a, utf8("what"));
        socket.text("6");
        socket.text("3");
        socket.text("4on");
        assertThat(socket.readText()).isEqualTo("4on");
    }

    @Test
    void aClientThatVanishesLeavesNothingBehind() throws Exception {
        socket.frame(0x01, utf8("4half"));
        socket.http.write(new byte[] { (byte) 0x80, (byte) 0xfe, 1 });
        socket.close();
        await().untilAsserted(() -> assertThat(server.only().events).hasSize(1));
        assertThat((String) server.only().events.getFirst()).startsWith("closed: transport ");
        assertThat(server.engine.sessions()).isZero();
        assertThat(server.engine.known()).isZero();
    }

    @Test
    void closeWritesWhatIsQueuedAndThenACloseFrame() throws Exception {
        var session = server.only().session;
        for (int i = 0; i < 100; i++) {
            session.send(EngineMessage.text("m" + i));
        }
        session.close();
        assertThat(session.isClosed()).isTrue();
        assertThat(session.send(EngineMessage.text("late"))).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(socket.readText()).isEqualTo("4m" + i);
        }
        assertThat(socket.read().closeCode()).isEqualTo(1000);
        socket.close(1000);
        assertThat(socket.atEnd()).isTrue();
        await().untilAsserted(() -> assertThat(server.only().events).containsExactly("closed: forced close"));
    }

    @Test
    void aPeerThatDoesNotAnswerACloseFrameIsCutOff() throws Exception {
        server.only().session.close();
        assertThat(socket.read().closeCode()).isEqualTo(1000);
        assertThat(socket.atEnd()).isTrue();
    }
}
