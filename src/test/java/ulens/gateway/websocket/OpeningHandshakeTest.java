package ulens.gateway.websocket;

import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class OpeningHandshakeTest {
    private static WritableHeaders<?> headers() {
        WritableHeaders<?> headers = WritableHeaders.create();
        headers.set(HeaderNames.UPGRADE, "websocket");
        headers.set(HeaderNames.CONNECTION, "keep-alive, Upgrade");
        headers.set(HeaderNames.create("Sec-WebSocket-Version"), "13");
        headers.set(HeaderNames.create("Sec-WebSocket-Key"), "dGhlIHNhbXBsZSBub25jZQ==");
        return headers;
    }

    @Test
    void theKeyOfTheStandardGetsTheAnswerOfTheStandard() {
        byte[] answer = OpeningHandshake.of(headers()).orElseThrow().answer();
        assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("""
                HTTP/1.1 101 Switching Protocols\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                \r
                """);
    }

    @Test
    void theFirstProtocolThatIsOfferedIsAgreedOn() {
        WritableHeaders<?> headers = headers();
        headers.set(HeaderNames.create("Sec-WebSocket-Protocol"), " chat , superchat");
        OpeningHandshake handshake = OpeningHandshake.of(headers).orElseThrow();
        assertThat(handshake.protocol()).isEqualTo(Optional.of("chat"));
        assertThat(new String(handshake.answer(), StandardCharsets.US_ASCII))
                .endsWith("=\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(nullValues = "-", value = { "Connection,keep-alive", "Connection,-", "Sec-WebSocket-Version,8",
            "Sec-WebSocket-Version,-", "Sec-WebSocket-Key,-", "Sec-WebSocket-Key,c2hvcnQ=", "Sec-WebSocket-Key,!",
            "Sec-WebSocket-Protocol,two words" })
    void whatIsNoHandshakeIsNotTakenForOne(String name, String value) {
        WritableHeaders<?> headers = headers();
        headers.remove(HeaderNames.create(name));
        if (value != null) {
            headers.set(HeaderNames.create(name), value);
        }
        assertThat(OpeningHandshake.of(headers)).isEmpty();
    }
}
