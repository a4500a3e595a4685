package ulens.gateway.socketio.packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.BinaryNode;
import ulens.gateway.engineio.EngineMessage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketEncoderTest {
    private final JsonMapper json = JsonFormat.create(100);
    private final PacketEncoder encoder = new PacketEncoder(json);

    record Point(int x, byte[] image) {
    }

    @Test
    void writesPacketsAsTheStandardShowsThem() {
        assertThat(texts(encoder.connect("/", "abc", null))).containsExactly("0{\"sid\":\"abc\"}");
        assertThat(texts(encoder.connect("/ws", "abc", "p"))).containsExactly("0/ws,{\"sid\":\"abc\",\"pid\":\"p\"}");
        assertThat(texts(encoder.connectError("/random", "Invalid namespace", null)))
                .containsExactly("4/random,{\"message\":\"Invalid namespace\"}");
        assertThat(texts(encoder.connectError("/", "no", json.readTree("{\"code\":1}"))))
                .containsExactly("4{\"message\":\"no\",\"data\":{\"code\":1}}");
        assertThat(texts(encoder.disconnect("/"))).containsExactly("1");
        assertThat(texts(encoder.disconnect("/ws"))).containsExactly("1/ws,");
        assertThat(event("foo")).containsExactly("2[\"foo\"]");
        assertThat(texts(encoder.event("/admin", 13, "bar", new Object[] { 1 })))
                .containsExactly("2/admin,13[\"bar\",1]");
        assertThat(texts(encoder.ack("/admin", 0, new Object[0]))).containsExactly("3/admin,0[]");
    }

    @Test
    void takesEveryKindOfArgument() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1, "x"));
        map.put("b", null);
        assertThat(event("e", null, "ä\u0001\"", 1, 2.5, Long.MAX_VALUE, true, json.readTree("{\"n\":[1]}"),
                RawJson.of("{ \"as\": \"is\" }".getBytes(StandardCharsets.UTF_8)), map, new Point(1, null)))
                        .containsExactly("2[\"e\",null,\"ä\\u0001\\\"\",1,2.5,9223372036854775807,true,{\"n\":[1]},"
                                + "{ \"as\": \"is\" },{\"a\":[1,\"x\"],\"b\":null},{\"x\":1,\"image\":null}]");
        assertThat(event("e", (Object[]) null)).containsExactly("2[\"e\",null]");
    }

    @Test
    void makesAttachmentsOfBytesAtAnyDepth() {
        byte[] one = { 1, 2, 3 };
        assertThat(event("e", one, List.of(new Point(5, new byte[] { 4 })), BinaryNode.valueOf(new byte[] { 9 }),
                RawJson.of("7".getBytes(StandardCharsets.UTF_8))))
                        .containsExactly("53-[\"e\",{\"_placeholder\":true,\"num\":0},"
                                + "[{\"x\":5,\"image\":{\"_placeholder\":true,\"num\":1}}],"
                                + "{\"_placeholder\":true,\"num\":2},7]", "<1, 2, 3>", "<4>", "<9>");
        assertThat(texts(encoder.ack("/ws", 15, new Object[] { new byte[0] })))
                .containsExactly("61-/ws,15[{\"_placeholder\":true,\"num\":0}]", "<>");
    }

    @Test
    void writesRawJsonWhereverItStands() {
        RawJson raw = RawJson.of("[1]".getBytes(StandardCharsets.UTF_8));
        assertThat(event("e", raw, raw, Map.of("k", raw), List.of(raw, raw)))
                .containsExactly("2[\"e\",[1],[1],{\"k\":[1]},[[1],[1]]]");
    }

    @Test
    void writesNothingThatIsNotJsonOrNotUtf8() {
        assertThat(event("e", Double.NaN, Float.NEGATIVE_INFINITY, json.readTree("1e999")))
                .containsExactly("2[\"e\",null,null,null]");
        assertThat(
                event("\ud83d", "a\ud83d\ude00b\ude00", json.readTree("{\"x\":\"\\udc00\"}"), Map.of("\udbff", 1), 'x'))
                        .containsExactly(
                                "2[\"\ufffd\",\"a\ud83d\ude00b\ufffd\",{\"x\":\"\ufffd\"},{\"\ufffd\":1},\"x\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = { "connect", "connect_error", "disconnect", "disconnecting", "newListener",
            "removeListener" })
    void refusesReservedNames(String event) {
        assertThatThrownBy(() -> event(event)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatCannotBeWritten() {
        Object[] circle = new Object[1];
        circle[0] = circle;
        assertThatThrownBy(() -> event("e", List.of(circle))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsBackWhatItWrites() {
        PacketDecoder decoder = new PacketDecoder(json, 10, RoomyShare.create());
        EngineMessage[] messages = encoder.event("/ws", 7, "e", new Object[] { Map.of("a", new byte[] { 1 }), "ü" });
        assertThat(decoder.text(texts(messages[0]).getFirst())).isNull();
        Packet packet = decoder.binary(messages[1].body());
        assertThat(packet.id()).isEqualTo(7);
        assertThat(packet.payload().get(1).get("a").binaryValue()).containsExactly(1);
        assertThat(packet.payload().get(2).stringValue()).isEqualTo("ü");
    }

    private List<String> event(String name, Object... args) {
        return texts(encoder.event("/", Packet.NO_ID, name, args));
    }

    private static List<String> texts(EngineMessage... messages) {
        return Arrays.stream(messages).map(PacketEncoderTest::text).toList();
    }

    private static String text(EngineMessage message) {
        return message.isBinary() ? Arrays.toString(message.body()).replace('[', '<').replace(']', '>')
                : new String(message.body(), StandardCharsets.UTF_8);
    }
}
