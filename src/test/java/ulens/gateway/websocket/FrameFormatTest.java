package ulens.gateway.websocket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;

/** The frames of a server, byte for byte as in RFC 6455, 5.2: never masked, lengths in their shortest form. */
class FrameFormatTest {
    @ParameterizedTest
    @CsvSource({ "0, 8200", "125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000",
            "16909060, 827f0000000001020304" })
    void theLengthIsInItsShortestForm(int length, String header) {
        byte[] out = new byte[12];
        int at = FrameFormat.putHeader(FrameFormat.BINARY, length, out, 1);
        assertThat(HexFormat.of().formatHex(out, 1, at)).isEqualTo(header);
        assertThat(FrameFormat.size(length)).isEqualTo(length + header.length() / 2);
    }

    @Test
    void aFrameIsItsHeaderAndItsPayload() {
        byte[] payload = new byte[300];
        Arrays.fill(payload, (byte) 7);
        byte[] frame = FrameFormat.frame(FrameFormat.TEXT, payload);
        assertThat(Arrays.copyOf(frame, 4)).isEqualTo(new byte[] { (byte) 0x81, 126, 1, 44 });
        assertThat(Arrays.copyOfRange(frame, 4, frame.length)).isEqualTo(payload);
    }

    @Test
    void aCloseFrameCarriesItsCodeOrNothing() {
        assertThat(FrameFormat.close(CloseCode.GOING_AWAY)).isEqualTo(new byte[] { (byte) 0x88, 2, 3, (byte) 0xe9 });
        assertThat(FrameFormat.close(CloseCode.NO_CODE)).isEqualTo(new byte[] { (byte) 0x88, 0 });
    }
}
