package ulens.gateway.websocket;

import io.helidon.common.buffers.DataReader;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.RandomInput;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random and mutated input, from fixed seeds: 50,000 frame streams, 20,000 round trips of frames. Whatever comes, it is
 * read or refused, never anything else, and in the end nothing is held.
 */
class FrameFuzzTest {
    private static final int MAX = 5_000;

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
            stream.writeBytes(MaskedFrame.of(firsts[random.nextInt(firsts.length)],
                    RandomInput.bytes(random, random.nextInt(8) == 0 ? 3_000 : 100)));
        }
        return stream.toByteArray();
    }

    private final CountedAllowance allowance = new CountedAllowance(MAX);

    @Test
    void anyStreamOfFramesIsReadOrRefusedAndNeverBeyondTheLimit() {
        Random random = new Random(20_260_104);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] input = i % 4 == 0 ? RandomInput.bytes(random, 100) : RandomInput.mutated(frames(random), random);
            FrameReader reader = new FrameReader(pieces(input, random), allowance);
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
            reader.abandon();
            assertThat(allowance.held()).as("case %d", i).isZero();
        }
        assertThat(read).isGreaterThan(10_000);
        assertThat(refused).isGreaterThan(10_000);
    }

    @Test
    void framesSurviveTheRoundTripInFragmentsAndPieces() throws Exception {
        Random random = new Random(20_260_105);
        for (int i = 0; i < 20_000; i++) {
            boolean text = random.nextBoolean();
            byte[] message = RandomInput.bytes(random, random.nextInt(20) == 0 ? MAX + 1 : 300);
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            int opcode = text ? 1 : 2;
            int at = 0;
            while (random.nextInt(3) > 0) {
                int to = at + random.nextInt(message.length - at + 1);
                stream.writeBytes(MaskedFrame.of(opcode, Arrays.copyOfRange(message, at, to)));
                opcode = 0;
                at = to;
            }
            stream.writeBytes(MaskedFrame.of(0x80 | opcode, Arrays.copyOfRange(message, at, message.length)));
            Frame got = new FrameReader(pieces(stream.toByteArray(), random), allowance).next();
            assertThat(got instanceof Frame.Text t ? t.utf8() : ((Frame.Binary) got).bytes()).isEqualTo(message);
            assertThat(got instanceof Frame.Text).isEqualTo(text);
        }
    }
}
