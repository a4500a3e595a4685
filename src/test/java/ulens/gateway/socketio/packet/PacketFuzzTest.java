package ulens.gateway.socketio.packet;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.engineio.EngineMessage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Random and mutated input to the packet codec: 200,000 cases, the same in every run. */
class PacketFuzzTest {
    private static final int CASES = 100_000;
    private static final String ALPHABET = "0123456789-/,[]{}\":\\ \u00e9\ud83d\ude00ntrue_placehodrm.eE+\u0000\n";
    private static final List<String> SEEDS = List.of("0", "0{\"token\":\"123\"}", "0/custom,{\"a\":[1,2.5e3]}", "1",
            "1/custom,", "2[\"foo\"]", "212[\"foo\",1,\"2\",{\"3\":[true,null]}]", "2/admin,13[\"bar\"]", "312[]",
            "3/admin,13[\"bar\",{}]", "51-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "52-/ws,789[\"m\",{\"_placeholder\":true,\"num\":1},{\"x\":[{\"_placeholder\":true,\"num\":0}]}]",
            "61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]");

    private final JsonMapper json = JsonFormat.create(100);
    private final PacketEncoder encoder = new PacketEncoder(json);

    @Test
    void randomTextIsReadOrCleanlyRefused() {
        Random random = new Random(5);
        int read = 0;
        for (int i = 0; i < CASES; i++) {
            StringBuilder text = new StringBuilder().append(random.nextInt(8));
            for (int length = random.nextInt(30); length > 0; length--) {
                text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            read += feed(text.toString(), random) ? 1 : 0;
        }
        assertThat(read).isPositive();
    }

    @Test
    void mutatedPacketsAreReadOrCleanlyRefused() {
        Random random = new Random(6);
        int read = 0;
        for (int i = 0; i < CASES; i++) {
            StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                mutate(text, random);
            }
            read += feed(text.toString(), random) ? 1 : 0;
        }
        assertThat(read).isBetween(CASES / 4, CASES - CASES / 10);
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        switch (random.nextInt(4)) {
            case 0 -> text.insert(at, c);
            case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
            case 2 -> text.insert(at, text.substring(random.nextInt(at + 1), at));
            default -> text.replace(at, Math.min(text.length(), at + 1), String.valueOf(c));
        }
        if (text.isEmpty()) {
            text.append('2');
        }
    }

    /** {@return whether it was read} Whatever can be read can be written, and reads the same again. */
    private boolean feed(String text, Random random) {
        PacketDecoder decoder = new PacketDecoder(json, 10, RoomyShare.create());
        try {
            Packet packet = decoder.text(text);
            for (int i = 0; packet == null && i < 10; i++) {
                packet = decoder.binary(new byte[random.nextInt(3)]);
            }
            assertThat(packet).as(text).isNotNull();
            checkRoundTrip(packet);
            return true;
        } catch (MalformedPacketException clean) {
            return false;
        }
    }

    private void checkRoundTrip(Packet packet) {
        if (packet.type() != PacketType.EVENT && packet.type() != PacketType.ACK) {
            return;
        }
        List<JsonNode> values = new ArrayList<>(packet.payload().values());
        EngineMessage[] written = packet.type() == PacketType.EVENT
                ? encoder.event(packet.namespace(), packet.id(), values.removeFirst().stringValue(), values.toArray())
                : encoder.ack(packet.namespace(), packet.id(), values.toArray());
        PacketDecoder decoder = new PacketDecoder(json, 1_000, RoomyShare.create());
        Packet again = decoder.text(new String(written[0].body(), StandardCharsets.UTF_8));
        for (EngineMessage attachment : Arrays.copyOfRange(written, 1, written.length)) {
            again = decoder.binary(attachment.body());
        }
        assertThat(again.id()).isEqualTo(packet.id());
        assertThat(again.namespace()).isEqualTo(WellFormed.text(packet.namespace()));
        assertThat(again.payload().size()).isEqualTo(packet.payload().size());
    }
}
