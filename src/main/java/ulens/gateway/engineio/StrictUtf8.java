package ulens.gateway.engineio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 that is either valid or refused; Java's own decoding replaces in silence. */
final class StrictUtf8 {
    private StrictUtf8() {
    }

    static String decode(byte[] bytes, int offset, int length) throws PacketException {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        // Decoding is quick and leaves this character wherever something was wrong; only then is it worth a strict
        // look.
        if (text.indexOf('\uFFFD') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
            } catch (CharacterCodingException e) {
                throw PacketException.notUtf8();
            }
        }
        return text;
    }
}
