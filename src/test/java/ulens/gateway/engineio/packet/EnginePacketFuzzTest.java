package ulens.gateway.engineio.packet;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.RandomInput;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random and mutated input, from fixed seeds: 100,000 payloads, 100,000 packets, 50,000 round trips of payloads.
 * Whatever comes, it is parsed or refused, never anything else.
 */
class EnginePacketFuzzTest {
    private static final String[] SEEDS = { "4hello", "4", "2probe", "3", "1", "b", "bAQIDBA==", "4a\u001e4b\u001e4c",
            "4häß€🎈\u001ebAQID", "0{\"sid\":\"x\"}", "5", "6\u001e6" };

    @Test
    void anyPayloadIsParsedOrRefused() {
        Random random = new Random(20_260_101);
        int parsed = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] input = i % 3 == 0 ? RandomInput.bytes(random, 60)
                    : RandomInput.mutated(SEEDS[random.nextInt(SEEDS.length)].getBytes(StandardCharsets.UTF_8), random);
            try {
                List<Received> packets = Payload.decode(input, 10);
                assertThat(packets.size()).isBetween(1, 10);
                packets.forEach(p -> assertThat(p.bytes() == null || p.text().isEmpty()).isTrue());
                parsed++;
            } catch (PacketException e) {
                assertThat(e.closeCode()).isIn(1002, 1007);
            }
        }
        assertThat(parsed).isBetween(1_000, 99_000);
    }

    @Test
    void anyPacketIsParsedOrRefused() {
        Random random = new Random(20_260_102);
        int parsed = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] input = i % 3 == 0 ? RandomInput.bytes(random, 40)
                    : RandomInput.mutated(SEEDS[random.nextInt(SEEDS.length)].getBytes(StandardCharsets.UTF_8), random);
            try {
                Received packet = Payload.decodeText(input, 0, input.length);
                assertThat((packet.type().ordinal() + packet.text()).getBytes(StandardCharsets.UTF_8)).isEqualTo(input);
                parsed++;
            } catch (PacketException e) {
                assertThat(e.closeCode()).isIn(1002, 1007);
            }
        }
        assertThat(parsed).isBetween(1_000, 99_000);
    }

    private static EnginePacket message(Random random) {
        if (random.nextBoolean()) {
            return new EnginePacket(EnginePacket.Form.BINARY, RandomInput.bytes(random, 200));
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(50); i > 0; i--) {
            int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
            text.appendCodePoint(c == 0x1e || c >= 0xd800 && c < 0xe000 ? 'x' : c);
        }
        return new EnginePacket(EnginePacket.Form.TEXT, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void assertSame(Received got, EnginePacket sent) {
        assertThat(got.type()).isEqualTo(EnginePacketType.MESSAGE);
        byte[] body = sent.form() == EnginePacket.Form.BINARY ? got.bytes()
                : got.text().getBytes(StandardCharsets.UTF_8);
        assertThat(body).isEqualTo(sent.body());
    }

    @Test
    void payloadsSurviveTheRoundTripAndHaveTheSizeThatWasPromised() throws Exception {
        Random random = new Random(20_260_103);
        for (int i = 0; i < 50_000; i++) {
            List<EnginePacket> packets = new ArrayList<>();
            int size = -1;
            for (int n = random.nextInt(5); n >= 0; n--) {
                packets.add(message(random));
                size += Payload.size(packets.getLast());
            }
            byte[] payload = Payload.encode(packets);
            assertThat(payload).hasSize(size);
            List<Received> back = Payload.decode(payload, 10);
            assertThat(back).hasSameSizeAs(packets);
            for (int p = 0; p < back.size(); p++) {
                assertSame(back.get(p), packets.get(p));
            }
        }
    }
}
