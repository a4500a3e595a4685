package ulens.gateway.websocket;

import io.helidon.common.buffers.DataReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FrameReaderTest {
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;

    private final CountedAllowance allowance = new CountedAllowance(100_000);

    private FrameReader reader(byte[]... pieces) {
        return new FrameReader(new DataReader(new ArrayDeque<>(List.of(pieces))::poll), allowance);
    }

    private static byte[] together(byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] unmasked(byte[] payload) {
        byte[] frame = MaskedFrame.of(TEXT, payload);
        frame[1] &= 0x7f;
        return frame;
    }

    private void assertRefused(int code, byte[]... pieces) {
        FrameReader reader = reader(pieces);
        assertThatExceptionOfType(WebSocketException.class).isThrownBy(() -> {
            while (true) {
                reader.next();
            }
        }).extracting(WebSocketException::code).isEqualTo(code);
        reader.abandon();
        assertThat(allowance.held()).isZero();
    }

    static Stream<Arguments> protocolErrors() {
        byte[] longLength = { (byte) TEXT, (byte) 0xfe, 0, 125 };
        byte[] longerLength = { (byte) TEXT, (byte) 0xff, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff };
        return Stream.of(Arguments.of("reserved bit", MaskedFrame.of(0xc1, utf8("a"))),
                Arguments.of("no mask", unmasked(utf8("a"))), Arguments.of("opcode 3", MaskedFrame.of(0x83, utf8("a"))),
                Arguments.of("opcode 11", MaskedFrame.of(0x8b, new byte[] { 3, (byte) 0xe8 })),
                Arguments.of("continuation of nothing", MaskedFrame.of(0x80, utf8("a"))),
                Arguments.of("message within a message",
                        together(MaskedFrame.of(0x01, utf8("a")), MaskedFrame.of(TEXT, utf8("b")))),
                Arguments.of("ping in fragments", MaskedFrame.of(0x09, utf8("a"))),
                Arguments.of("ping of 126 bytes", MaskedFrame.of(0x89, new byte[126])),
                Arguments.of("125 in 16 bits", longLength), Arguments.of("65535 in 64 bits", longerLength),
                Arguments.of("half a close code", MaskedFrame.of(CLOSE, new byte[1])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("protocolErrors")
    void whatBreaksTheProtocolIsRefused(String name, byte[] bytes) {
        assertRefused(CloseCode.PROTOCOL_ERROR, bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535 })
    void closeCodesThatMayNotBeSentAreRefused(int code) {
        assertRefused(CloseCode.PROTOCOL_ERROR, MaskedFrame.of(CLOSE, new byte[] { (byte) (code >> 8), (byte) code }));
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1003, 1007, 1014, 3000, 4999 })
    void otherCloseCodesAreRead(int code) throws Exception {
        byte[] frame = MaskedFrame.of(CLOSE, new byte[] { (byte) (code >> 8), (byte) code, 'x' });
        assertThat(reader(frame).next()).isEqualTo(new Frame.Close(code));
    }

    @Test
    void aCloseFrameWithoutACodeIsRead() throws Exception {
        assertThat(reader(MaskedFrame.of(CLOSE, new byte[0])).next()).isEqualTo(new Frame.Close(CloseCode.NO_CODE));
    }

    @Test
    void aCloseFrameWithoutAReasonIsRead() throws Exception {
        assertThat(reader(MaskedFrame.of(CLOSE, new byte[] { 3, (byte) 0xe8 })).next())
                .isEqualTo(new Frame.Close(1000));
    }

    @Test
    void aCloseReasonHasToBeUtf8() {
        assertRefused(CloseCode.INVALID_DATA, MaskedFrame.of(CLOSE, new byte[] { 3, (byte) 0xe8, (byte) 0xff }));
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 125, 126, 65_535, 65_536, 100_000 })
    void aMessageOfAnyAllowedLengthIsRead(int length) throws Exception {
        byte[] payload = "z".repeat(length).getBytes(StandardCharsets.US_ASCII);
        assertThat(((Frame.Text) reader(MaskedFrame.of(TEXT, payload)).next()).utf8()).isEqualTo(payload);
    }

    @Test
    void controlFramesMayComeBetweenFragments() throws Exception {
        FrameReader reader = reader(MaskedFrame.of(0x01, utf8("he")), MaskedFrame.of(0x89, utf8("p")),
                MaskedFrame.of(0x8a, utf8("q")), MaskedFrame.of(0x00, utf8("ll")), MaskedFrame.of(0x80, utf8("o")));
        assertThat(((Frame.Ping) reader.next()).body()).isEqualTo(utf8("p"));
        assertThat(reader.next()).isInstanceOf(Frame.Pong.class);
        assertThat(((Frame.Text) reader.next()).utf8()).isEqualTo(utf8("hello"));
        reader.release();
        assertThat(allowance.held()).isZero();
    }

    @Test
    void theSumOfAllFragmentsIsLimited() {
        allowance.limit = 1_000;
        assertRefused(CloseCode.TOO_BIG, MaskedFrame.of(0x01, new byte[600]), MaskedFrame.of(0x80, new byte[401]));
    }

    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() {
        byte[] twoGigabytes = { (byte) TEXT, (byte) 0xff, 0, 0, 0, 0, (byte) 0x80, 0, 0, 0 };
        assertRefused(CloseCode.TOO_BIG, twoGigabytes);
    }

    @Test
    void memoryIsTakenAsBytesArriveAndNotAsTheHeaderPromises() {
        byte[] frame = MaskedFrame.of(TEXT, new byte[100_000]);
        FrameReader reader = reader(Arrays.copyOf(frame, 10_000));
        assertThatThrownBy(reader::next).isInstanceOf(DataReader.InsufficientDataAvailableException.class);
        assertThat(allowance.most()).isBetween(10_000L, 40_000L);
        reader.abandon();
        assertThat(allowance.held()).isZero();
    }

    @Test
    void withoutMemoryTheMessageIsRefusedAndAShortOneStillRead() throws Exception {
        allowance.memory = 10_000;
        assertThat(reader(MaskedFrame.of(TEXT, new byte[5_000])).next()).isInstanceOf(Frame.Text.class);
        byte[] frame = MaskedFrame.of(TEXT, new byte[50_000]);
        assertRefused(CloseCode.TRY_AGAIN_LATER, Arrays.copyOf(frame, 6_000),
                Arrays.copyOfRange(frame, 6_000, frame.length));
    }

    /** As a connection hands them over: never more than a read at one time. */
    private static byte[][] reads(byte[] bytes, int size) {
        byte[][] reads = new byte[(bytes.length + size - 1) / size][];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = Arrays.copyOfRange(bytes, i * size, Math.min(bytes.length, (i + 1) * size));
        }
        return reads;
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256);
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({ "10, 3, 0", "8192, 1000, 0", "8193, 1000, 16386", "50000, 8192, 100000", "100000, 977, 200000" })
    void aMessageThatComesInPartsIsPaidForTwiceItsSizeUnlessItIsNoLongerThanARead(int length, int read, long paid)
            throws Exception {
        byte[] payload = counting(length);
        FrameReader reader = reader(reads(MaskedFrame.of(0x82, payload), read));
        assertThat(((Frame.Binary) reader.next()).bytes()).isEqualTo(payload);
        assertThat(allowance.held()).isEqualTo(paid);
        assertThat(allowance.most()).isEqualTo(paid);
        reader.release();
        assertThat(allowance.held()).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "1, 2000", "10, 300", "8192, 3", "8193, 3", "20000, 4" })
    void fragmentsArePutTogetherInOrderAndPaidForByWhatTheyHold(int length, int count) throws Exception {
        byte[] payload = counting(length * count);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            int first = (i == 0 ? 0x02 : 0) | (i == count - 1 ? 0x80 : 0);
            frames.writeBytes(MaskedFrame.of(first, Arrays.copyOfRange(payload, i * length, (i + 1) * length)));
        }
        FrameReader reader = reader(reads(frames.toByteArray(), 8_192));
        assertThat(((Frame.Binary) reader.next()).bytes()).isEqualTo(payload);
        int grown = length;
        for (int before = length; before < payload.length; before += length) {
            grown = grown < before + length ? Math.max(before + length, 2 * before) : grown;
        }
        assertThat(allowance.held()).as("what holds the fragments, and the message made of them")
                .isEqualTo(2L * (grown + payload.length));
        reader.release();
        assertThat(allowance.held()).isZero();
    }

    @Test
    void betweenTwoFragmentsNothingIsGivenBack() throws Exception {
        FrameReader reader = reader(MaskedFrame.of(0x01, utf8("he")), MaskedFrame.of(0x89, utf8("p")),
                MaskedFrame.of(0x80, utf8("llo")));
        assertThat(reader.next()).isInstanceOf(Frame.Ping.class);
        reader.release();
        assertThat(allowance.held()).isEqualTo(4);
        assertThat(((Frame.Text) reader.next()).utf8()).isEqualTo(utf8("hello"));
    }

    @Test
    void fragmentsThatFillTheLimitAreRead() throws Exception {
        allowance.limit = 1_000;
        FrameReader reader = reader(MaskedFrame.of(0x01, new byte[600]), MaskedFrame.of(0x80, new byte[400]));
        assertThat(((Frame.Text) reader.next()).utf8()).hasSize(1_000);
    }

    @Test
    void aPeerThatIsTrustedLessWhileItSendsIsRefused() {
        byte[] frame = MaskedFrame.of(TEXT, new byte[50_000]);
        ArrayDeque<byte[]> reads = new ArrayDeque<>(List.of(reads(frame, 8_192)));
        FrameReader reader = new FrameReader(new DataReader(() -> {
            if (reads.size() == 3) {
                allowance.limit = 49_999;
            }
            return reads.poll();
        }), allowance);
        assertThatThrownBy(reader::next).isInstanceOfSatisfying(WebSocketException.class,
                refused -> assertThat(refused.code()).isEqualTo(CloseCode.TOO_BIG));
    }

    @Test
    void aPingOfTheLongestBodyIsRead() throws Exception {
        assertThat(((Frame.Ping) reader(MaskedFrame.of(0x89, counting(125))).next()).body()).isEqualTo(counting(125));
    }

    @Test
    void aFragmentWithoutContentAddsNothing() throws Exception {
        FrameReader reader = reader(MaskedFrame.of(0x01, utf8("a")), MaskedFrame.of(0x00, new byte[0]),
                MaskedFrame.of(0x80, utf8("b")));
        assertThat(((Frame.Text) reader.next()).utf8()).isEqualTo(utf8("ab"));
    }

    @Test
    void anAllowanceOfThoseWhoDoNotCountRefusesNothingBelowItsLimit() {
        Allowance upTo = Allowance.upTo(5);
        assertThat(upTo.limit()).isEqualTo(5);
        assertThat(upTo.take(Long.MAX_VALUE)).isTrue();
    }

    @Test
    void textIsDecodedStrictly() throws Exception {
        byte[] good = utf8("xhäß€🎈\uFFFD");
        assertThat(StrictUtf8.decode(good, 1, good.length - 1)).isEqualTo("häß€🎈\uFFFD");
        byte[] cut = Arrays.copyOf(good, 3);
        assertThatThrownBy(() -> StrictUtf8.decode(cut, 0, 3)).isInstanceOf(CharacterCodingException.class);
    }
}
