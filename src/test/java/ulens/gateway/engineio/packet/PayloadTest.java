package ulens.gateway.engineio.packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Packets as the protocol's specification writes them down, in payloads of polling and in frames of a WebSocket. */
class PayloadTest {
    private static final EnginePacket TEXT = new EnginePacket(EnginePacket.Form.TEXT, utf8("hä"));
    private static final EnginePacket BINARY = new EnginePacket(EnginePacket.Form.BINARY, new byte[] { 1, 2, 3, 4 });

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String read(Received packet) {
        return packet.type() + ":" + (packet.bytes() == null ? packet.text() : List.of(packet.bytes().length));
    }

    private static List<String> decode(String payload, int most) throws PacketException {
        return Payload.decode(utf8(payload), most).stream().map(PayloadTest::read).toList();
    }

    @Test
    void packetsStandInTheirOrderWithTheSeparatorBetweenThem() {
        byte[] payload = Payload.encode(List.of(EnginePacket.PING, TEXT, BINARY, EnginePacket.NOOP));
        assertThat(payload).asString(StandardCharsets.UTF_8).isEqualTo("2\u001e4hä\u001ebAQIDBA==\u001e6");
        assertThat(Payload.encode(List.of())).isEmpty();
    }

    @Test
    void theRoomOfAPacketIsWhatItTakesWithItsSeparator() {
        assertThat(List.of(EnginePacket.CLOSE, TEXT, BINARY)).extracting(Payload::size).containsExactly(2, 5, 10);
    }

    @Test
    void aPayloadIsTakenApart() throws Exception {
        assertThat(decode("2probe\u001e4hä\u001ebAQID\r\nBA==\n\u001e6", 4)).containsExactly("PING:probe", "MESSAGE:hä",
                "MESSAGE:[4]", "NOOP:");
    }

    @Test
    void tooManyPacketsAreRefused() throws Exception {
        assertThat(decode("6\u001e6", 2)).hasSize(2);
        assertThatThrownBy(() -> decode("6\u001e6", 1)).isInstanceOf(PacketException.class)
                .hasMessage("too many packets");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "6\u001e", "\u001e6", "7", "/", "bA", "b!" })
    void whatIsNoPacketIsRefused(String payload) {
        assertThatThrownBy(() -> decode(payload, 10)).isInstanceOfSatisfying(PacketException.class,
                refused -> assertThat(refused.closeCode()).isEqualTo(1002));
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        assertThatThrownBy(() -> Payload.decodeText(new byte[] { '4', (byte) 0xff }, 0, 2))
                .isInstanceOfSatisfying(PacketException.class, it -> assertThat(it.closeCode()).isEqualTo(1007));
    }

    @Test
    void everyDigitIsItsType() throws Exception {
        assertThat(decode("0\u001e1\u001e2\u001e3\u001e4\u001e5\u001e6", 7)).containsExactly("OPEN:", "CLOSE:", "PING:",
                "PONG:", "MESSAGE:", "UPGRADE:", "NOOP:");
    }

    @Test
    void aPacketIsRecognisedByItsTypeAndText() {
        Received probe = Received.text(EnginePacketType.PING, "probe");
        assertThat(probe.is(EnginePacketType.PING, "probe")).isTrue();
        assertThat(probe.is(EnginePacketType.PONG, "probe")).isFalse();
        assertThat(probe.is(EnginePacketType.PING, "")).isFalse();
    }

    @Test
    void theOpenPacketSaysWhatTheClientHasToKnow() {
        assertThat(EnginePacket.open("s", true, 25_000, 20_000, 9).body()).asString(StandardCharsets.UTF_8)
                .isEqualTo("0{\"sid\":\"s\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
                        + "\"maxPayload\":9}");
        assertThat(EnginePacket.open("s", false, 1, 1, 1).body()).asString(StandardCharsets.UTF_8)
                .contains("\"upgrades\":[],");
    }

    @Test
    void aMessageCountsForMoreThanItsBytesAndAControlPacketForItsBytes() {
        assertThat(TEXT.cost()).isEqualTo(35);
        assertThat(EnginePacket.PING.cost()).isEqualTo(1);
    }

    @Test
    void inAWebSocketEachPacketIsAFrame() {
        PacketFrames frames = new PacketFrames();
        byte[] out = new byte[1 + frames.size(TEXT) + frames.size(BINARY) + frames.size(EnginePacket.PING)];
        int at = frames.put(EnginePacket.PING, out, frames.put(BINARY, out, frames.put(TEXT, out, 1)));
        assertThat(at).isEqualTo(out.length);
        assertThat(out).isEqualTo(new byte[] { 0, (byte) 0x81, 4, '4', 'h', (byte) 0xc3, (byte) 0xa4, (byte) 0x82, 4, 1,
                2, 3, 4, (byte) 0x81, 1, '2' });
    }
}
