package ulens.gateway.socketio.packet;

import tools.jackson.core.Base64Variant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.util.JsonGeneratorDelegate;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes JSON as the stock client in JavaScript does: bytes become attachments with a placeholder in their place,
 * numbers that JSON can't express become null, and half a surrogate pair, which UTF-8 can't encode, becomes U+FFFD.
 */
final class PacketGenerator extends JsonGeneratorDelegate {
    private final ByteArrayOutputStream out;
    private final List<byte[]> attachments = new ArrayList<>(0);

    PacketGenerator(JsonGenerator generator, ByteArrayOutputStream out) {
        super(generator, false);
        this.out = out;
    }

    List<byte[]> attachments() {
        return attachments;
    }

    /** Writes the bytes of a value that is JSON already. */
    void writeEncoded(byte[] utf8) {
        delegate.writeRawValue("");
        delegate.flush();
        out.writeBytes(utf8);
    }

    void writeAttachment(byte[] bytes) {
        delegate.writeStartObject();
        delegate.writeBooleanProperty("_placeholder", true);
        delegate.writeNumberProperty("num", attachments.size());
        delegate.writeEndObject();
        attachments.add(bytes);
    }

    @Override
    public JsonGenerator writeBinary(Base64Variant variant, byte[] data, int offset, int length) {
        writeAttachment(Arrays.copyOfRange(data, offset, offset + length));
        return this;
    }

    @Override
    public JsonGenerator writeNumber(double number) {
        return Double.isFinite(number) ? super.writeNumber(number) : super.writeNull();
    }

    @Override
    public JsonGenerator writeNumber(float number) {
        return Float.isFinite(number) ? super.writeNumber(number) : super.writeNull();
    }

    @Override
    public JsonGenerator writeString(String text) {
        return super.writeString(text == null ? null : WellFormed.text(text));
    }

    @Override
    public JsonGenerator writeString(char[] buffer, int offset, int length) {
        return writeString(new String(buffer, offset, length));
    }

    @Override
    public JsonGenerator writeName(String name) {
        return super.writeName(WellFormed.text(name));
    }
}
