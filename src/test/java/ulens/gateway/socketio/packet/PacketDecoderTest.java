package ulens.gateway.socketio.packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.inbound.InboundShare;

import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketDecoderTest {
    private final InboundBudget budget = new InboundBudget(100_000_000);
    private final InboundShare share = new InboundShare(budget, 1_000_000, true, () -> true);
    private final PacketDecoder decoder = new PacketDecoder(JsonFormat.create(100), 10, share);

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = { "0 CONNECT / -1 null",
            "0{\"token\":\"123\"} CONNECT / -1 {\"token\":\"123\"}", "0/custom, CONNECT /custom -1 null",
            "0/custom CONNECT /custom -1 null", "0/custom,{} CONNECT /custom -1 {}",
            "0/a/b?c=d,{} CONNECT /a/b?c=d -1 {}", "0/, CONNECT / -1 null", "1 DISCONNECT / -1 null",
            "1/custom, DISCONNECT /custom -1 null", "1/custom DISCONNECT /custom -1 null",
            "2[\"foo\"] EVENT / -1 [\"foo\"]", "2[\"\"] EVENT / -1 [\"\"]", "212[\"foo\",1] EVENT / 12 [\"foo\",1]",
            "20[\"foo\"] EVENT / 0 [\"foo\"]", "2/admin,13[\"bar\",null] EVENT /admin 13 [\"bar\",null]",
            "29007199254740991[\"a\"] EVENT / 9007199254740991 [\"a\"]",
            "2[\"a\",{\"_placeholder\":true,\"num\":0}] EVENT / -1 [\"a\",{\"_placeholder\":true,\"num\":0}]",
            "312[] ACK / 12 []", "3/admin,13[\"bar\"] ACK /admin 13 [\"bar\"]" })
    void readsWhatTheStandardAllows(String text, PacketType type, String namespace, long id, String payload) {
        Packet packet = decoder.text(text);

        assertThat(packet.type()).isEqualTo(type);
        assertThat(packet.namespace()).isEqualTo(namespace);
        assertThat(packet.id()).isEqualTo(id);
        assertThat(String.valueOf(packet.payload())).isEqualTo(payload);
        assertThat(packet.weight()).isEqualTo(budget.held()).isGreaterThan(text.length());
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "7", "9[\"a\"]", "a", "abc", "-1", "/ws,", "[\"a\"]", "\u0662[\"a\"]" })
    void refusesUnknownTypes(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "0[]", "0[\"a\"]", "0\"a\"", "0null", "0true", "012", "012{}", "0{", "0{}x", "0{} {}",
            "0/a,[]", "0{'a':1}", "0{a:1}", "0abc", "0 {}" })
    void refusesBrokenConnects(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "1{}", "1[]", "1\"a\"", "1null", "15", "1/a,5", "1/a,{}", "1x" })
    void refusesDisconnectsWithAnythingMore(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "2", "21", "2{}", "2[]", "2null", "2\"a\"", "2[1]", "2[null]", "2[{}]", "2[[\"a\"]]",
            "2[\"a\"", "2[\"a\"]]", "2[\"a\"],", "2[\"a\"] ", "2[\"a\",]", "2[\"a\"]2[\"b\"]", "2[\"a\",NaN]",
            "2[\"a\",01]", "2[\"a\",.5]", "2[\"a\",+1]", "2[\"a\",'b']", "2[\"a\",//\n1]", "2[\"a\\x\"]",
            "2[\"a\u0001\"]", "2/ws,", "2/ws", "2/ws[\"a\"]", "2 [\"a\"]", "2[\"connect\"]", "2[\"connect_error\"]",
            "2[\"disconnect\",1]", "2[\"disconnecting\"]", "2[\"newListener\"]", "2[\"removeListener\"]" })
    void refusesBrokenEvents(String text) {
        if (text.equals("2[\"a\"] ")) {
            // White space behind the value is JSON still.
            assertThat(decoder.text(text).type()).isEqualTo(PacketType.EVENT);
        } else {
            assertRefused(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "2abc[\"a\"]", "2-1[\"a\"]", "21.5[\"a\"]", "21e3[\"a\"]", "29007199254740992[\"a\"]",
            "299999999999999999999999[\"a\"]", "2\u0663[\"a\"]", "3[]", "3/ws,[]", "3abc[]" })
    void refusesBrokenAckIds(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "3", "312", "312{}", "312null", "312\"a\"", "312[", "312[]]" })
    void refusesBrokenAcks(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "4", "4{\"message\":\"a\"}", "4\"a\"", "4/ws,{}" })
    void refusesErrorsFromClients(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "5", "5[\"a\"]", "5-[\"a\"]", "50-[\"a\"]", "50-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "511-[\"a\"]", "51[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "501-[\"a\",{\"_placeholder\":true,\"num\":0}]", "5x1-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "5 1-[\"a\",{\"_placeholder\":true,\"num\":0}]", "5+1-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "51.0-[\"a\",{\"_placeholder\":true,\"num\":0}]", "51e0-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "599999999999-[\"a\"]", "5-1-[\"a\"]", "51", "51-", "51-{}", "60-1[]",
            "61-[{\"_placeholder\":true,\"num\":0}]" })
    void refusesBrokenAttachmentCounts(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "51-[\"a\"]", "51-[\"a\",{\"_placeholder\":true}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":1}]", "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]", "51-[\"a\",{\"_placeholder\":true,\"num\":0.5}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":4294967296}]", "51-[\"a\",{\"_placeholder\":true,\"num\":null}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0,\"x\":1}]", "51-[\"a\",{\"_placeholder\":false,\"num\":0}]",
            "51-[\"a\",{\"_placeholder\":1,\"num\":0}]", "51-[{\"_placeholder\":true,\"num\":0}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
            "52-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "52-[\"a\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":1}]" })
    void refusesBrokenPlaceholdersBeforeTheAttachmentsCome(String text) {
        assertRefused(text);
    }

    @Test
    void putsAttachmentsInTheirPlacesAtAnyDepth() {
        assertThat(decoder.text("53-/ws,789[\"m\",{\"_placeholder\":true,\"num\":2},"
                + "{\"a\":[{\"_placeholder\":true,\"num\":0}],\"b\":{\"_placeholder\":true,\"num\":1}}]")).isNull();
        assertThat(decoder.binary(new byte[] { 1, 2, 3 })).isNull();
        assertThat(decoder.binary(new byte[0])).isNull();
        Packet packet = decoder.binary(new byte[] { 9 });

        assertThat(packet.type()).isEqualTo(PacketType.EVENT);
        assertThat(packet.namespace()).isEqualTo("/ws");
        assertThat(packet.id()).isEqualTo(789);
        assertThat(packet.payload().get(1).binaryValue()).containsExactly(9);
        assertThat(packet.payload().get(2).get("a").get(0).binaryValue()).containsExactly(1, 2, 3);
        assertThat(packet.payload().get(2).get("b").binaryValue()).isEmpty();
        assertThat(decoder.text("0").type()).isEqualTo(PacketType.CONNECT);
    }

    @Test
    void readsBinaryAcks() {
        assertThat(decoder.text("61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]")).isNull();
        Packet packet = decoder.binary(new byte[] { 4 });

        assertThat(packet.type()).isEqualTo(PacketType.ACK);
        assertThat(packet.id()).isEqualTo(15);
        assertThat(packet.payload().get(1).binaryValue()).containsExactly(4);
    }

    @Test
    void takesAsManyAttachmentsAsAllowedAndNoMore() {
        StringBuilder places = new StringBuilder("[\"a\"");
        IntStream.range(0, 10).forEach(i -> places.append(",{\"_placeholder\":true,\"num\":" + i + "}"));
        assertRefused("511-" + places + ",{\"_placeholder\":true,\"num\":10}]");
        assertThat(decoder.text("510-" + places + "]")).isNull();
    }

    @Test
    void refusesTextWhileAttachmentsAreMissing() {
        decoder.text("51-[\"a\",{\"_placeholder\":true,\"num\":0}]");
        assertRefused("2[\"a\"]");
    }

    @Test
    void refusesAttachmentsThatBelongToNoPacket() {
        assertThatThrownBy(() -> decoder.binary(new byte[1])).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void refusesJsonThatIsTooDeep() {
        assertThat(decoder.text("2[\"a\"," + "[".repeat(99) + "]".repeat(99) + "]")).isNotNull();
        assertRefused("2[\"a\"," + "[".repeat(100) + "]".repeat(100) + "]");
        assertRefused("2[\"a\"," + "{\"a\":".repeat(100_000));
    }

    @Test
    void neverQuotesTheClientInItsRefusals() {
        assertThatThrownBy(() -> decoder.text("2[\"secret\",sEcReT]")).isInstanceOf(MalformedPacketException.class)
                .hasMessageNotContainingAny("secret", "sEcReT");
    }

    private void assertRefused(String text) {
        assertThatThrownBy(() -> decoder.text(text)).as(text).isExactlyInstanceOf(MalformedPacketException.class);
    }
}
