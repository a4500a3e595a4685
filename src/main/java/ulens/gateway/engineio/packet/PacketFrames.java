package ulens.gateway.engineio.packet;

import ulens.gateway.websocket.FrameEncoder;
import ulens.gateway.websocket.FrameFormat;

/** Encodes packets as WebSocket frames: one frame for each packet; a binary message has no type. */
public final class PacketFrames implements FrameEncoder<EnginePacket> {
    @Override
    public int size(EnginePacket packet) {
        int body = packet.body().length;
        return FrameFormat.size(packet.form() == EnginePacket.Form.TEXT ? body + 1 : body);
    }

    @Override
    public int put(EnginePacket packet, byte[] out, int start) {
        byte[] body = packet.body();
        boolean text = packet.form() == EnginePacket.Form.TEXT;
        int opcode = packet.form() == EnginePacket.Form.BINARY ? FrameFormat.BINARY : FrameFormat.TEXT;
        int at = FrameFormat.putHeader(opcode, text ? body.length + 1 : body.length, out, start);
        if (text) {
            out[at++] = '4';
        }
        System.arraycopy(body, 0, out, at, body.length);
        return at + body.length;
    }
}
