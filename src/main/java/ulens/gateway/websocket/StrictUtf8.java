package ulens.gateway.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes UTF-8 and refuses invalid bytes, which Java's own decoding silently replaces. */
public final class StrictUtf8 {
    private StrictUtf8() {
    }

    /**
     * Decodes a part of an array.
     *
     * @param bytes
     *            the array
     * @param offset
     *            index of the first byte
     * @param length
     *            bytes to decode
     *
     * @return the text
     *
     * @throws CharacterCodingException
     *             if the bytes are not valid UTF-8; the connection of a peer that sent them as text is closed with
     *             {@link CloseCode#INVALID_DATA}
     */
    public static String decode(byte[] bytes, int offset, int length) throws CharacterCodingException {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        // Java's decoding is fast and puts this character in the place of invalid bytes; only then the strict decoder
        // runs.
        if (text.indexOf('\uFFFD') >= 0) {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
        }
        return text;
    }
}
