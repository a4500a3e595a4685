package ulens.gateway.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.helidon.common.buffers.DataReader;
import org.junit.jupiter.api.Test;

/**
 * Random and mutated input, from fixed seeds: 100,000 payloads, 100,000 packets, 50,000 round trips of payloads, 50,000
 * frame streams, 20,000 round trips of frames. Whatever comes, it is parsed or refused, never anything else.
 */
class FuzzTest {
    private static final int MAX = 5_000;
    private static final String[] SEEDS = { "4hello", "4", "2probe", "3", "1", "b", "bAQIDBA==", "4a\u001e4b\u001e4c",
            "4häß€🎈\u001ebAQID", "0{\"sid\":\"x\"}", "5", "6\u001e6" };

    private static byte[] randomBytes(Random random, int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mutate(byte[] input, Random random) {
        byte[] bytes = input.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
                    System.arraycopy(bytes, 0, longer, longer.length - bytes.length, bytes.length);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    @Test
    void anyPayloadIsParsedOrRefused() {
        Random random = new Random(20_260_101);
        int parsed = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] input = i % 3 == 0 ? randomBytes(random, 60)
                    : mutate(SEEDS[random.nextInt(SEEDS.length)].getBytes(StandardCharsets.UTF_8), random);
            try {
                List<Received> packets = Payload.decode(input, 10);
                assertThat(packets.size()).isBetween(1, 10);
                packets.forEach(p -> assertThat(p.text() == null).isEqualTo(p.bytes() != null));
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
            byte[] input = i % 3 == 0 ? randomBytes(random, 40)
                    : mutate(SEEDS[random.nextInt(SEEDS.length)].getBytes(StandardCharsets.UTF_8), random);
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

    private static EngineMessage message(Random random) {
        if (random.nextBoolean()) {
            return EngineMessage.binary(randomBytes(random, 200));
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(50); i > 0; i--) {
            int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
            text.appendCodePoint(c == 0x1e || c >= 0xd800 && c < 0xe000 ? 'x' : c);
        }
        return EngineMessage.text(text.toString());
    }

    private static void assertSame(Received got, EngineMessage sent) {
        assertThat(got.type()).isEqualTo(PacketType.MESSAGE);
        byte[] body = sent.isBinary() ? got.bytes() : got.text().getBytes(StandardCharsets.UTF_8);
        assertThat(body).isEqualTo(sent.body());
    }

    @Test
    void payloadsSurviveTheRoundTripAndHaveTheSizeThatWasPromised() throws Exception {
        Random random = new Random(20_260_103);
        for (int i = 0; i < 50_000; i++) {
            List<Packet> packets = new ArrayList<>();
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
                assertSame(back.get(p), (EngineMessage) packets.get(p));
            }
        }
    }

    /** Hands the bytes over in random pieces, as a network does. */
    private static DataReader pieces(byte[] bytes, Random random) {
        ArrayDeque<byte[]> pieces = new ArrayDeque<>();
        int at = 0;
        while (at < bytes.length) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 2_000));
            pieces.add(Arrays.copyOfRange(bytes, at, to));
            at = to;
        }
        return new DataReader(pieces::poll);
    }

    private static byte[] frames(Random random) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        int[] firsts = { 0x81, 0x82, 0x89, 0x8a, 0x01, 0x00, 0x80, 0x02, 0x88 };
        for (int n = random.nextInt(5); n >= 0; n--) {
            stream.writeBytes(RawWebSocket.masked(firsts[random.nextInt(firsts.length)],
                    randomBytes(random, random.nextInt(8) == 0 ? 3_000 : 100)));
        }
        return stream.toByteArray();
    }

    @Test
    void anyStreamOfFramesIsReadOrRefusedAndNeverBeyondTheLimit() {
        Random random = new Random(20_260_104);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] input = i % 4 == 0 ? randomBytes(random, 100) : mutate(frames(random), random);
            FrameReader reader = new FrameReader(pieces(input, random), MAX);
            try {
                while (true) {
                    switch (reader.next()) {
                        case Frame.Text text -> assertThat(text.utf8().length).isLessThanOrEqualTo(MAX);
                        case Frame.Binary binary -> assertThat(binary.bytes().length).isLessThanOrEqualTo(MAX);
                        case Frame.Ping ping -> assertThat(ping.body().length).isLessThanOrEqualTo(125);
                        case Frame.Pong pong -> assertThat(pong).isNotNull();
                        case Frame.Close close -> assertThat(close.code()).isBetween(1000, 4999);
                    }
                    read++;
                }
            } catch (DataReader.InsufficientDataAvailableException e) {
                // The stream is at its end.
            } catch (WebSocketException e) {
                assertThat(e.code()).isIn(1002, 1007, 1009);
                refused++;
            }
        }
        assertThat(read).isGreaterThan(10_000);
        assertThat(refused).isGreaterThan(10_000);
    }

    @Test
    void framesSurviveTheRoundTripInFragmentsAndPieces() throws Exception {
        Random random = new Random(20_260_105);
        for (int i = 0; i < 20_000; i++) {
            boolean text = random.nextBoolean();
            byte[] message = randomBytes(random, random.nextInt(20) == 0 ? MAX + 1 : 300);
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            int opcode = text ? 1 : 2;
            int at = 0;
            while (random.nextInt(3) > 0) {
                int to = at + random.nextInt(message.length - at + 1);
                stream.writeBytes(RawWebSocket.masked(opcode, Arrays.copyOfRange(message, at, to)));
                opcode = 0;
                at = to;
            }
            stream.writeBytes(RawWebSocket.masked(0x80 | opcode, Arrays.copyOfRange(message, at, message.length)));
            Frame got = new FrameReader(pieces(stream.toByteArray(), random), MAX).next();
            assertThat(got instanceof Frame.Text t ? t.utf8() : ((Frame.Binary) got).bytes()).isEqualTo(message);
            assertThat(got instanceof Frame.Text).isEqualTo(text);
        }
    }
}
