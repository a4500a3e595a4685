package ulens.gateway.rabbitmq.headers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.WriteListener;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.FrameHandler;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;

/**
 * Sits between the socket and the client library, checks each content header and replaces those that the library can't
 * read. The library would end the connection at such a header, the broker would redeliver the message, and so one
 * message would stop all consuming for ever. Readable frames pass unchanged.
 */
final class ReadableFrames implements FrameHandler {

    // RabbitMQ adds headers of its own (x-death, x-delivery-count) to a message without checking that they fit the
    // agreed frame size.
    private static final int ADDED_BY_BROKER = 1024 * 1024;

    private final FrameHandler wire;

    ReadableFrames(FrameHandler wire) {
        this.wire = wire;
    }

    @Override
    public Frame readFrame() throws IOException {
        Frame frame = wire.readFrame();
        if (frame == null || frame.getType() != AMQP.FRAME_HEADER) {
            return frame;
        }
        byte[] payload = frame.getPayload();
        return payload.length < HeaderScan.FLAGS || HeaderScan.properties(payload) >= 0 ? frame
                : new Frame(AMQP.FRAME_HEADER, frame.getChannel(), UnreadableHeaders.replaced(payload));
    }

    @Override
    public void setFrameMax(int frameMax) {
        wire.setFrameMax(frameMax <= 0 ? frameMax : frameMax + ADDED_BY_BROKER);
    }

    @Override
    public boolean internalHearbeat() {
        return wire.internalHearbeat();
    }

    @Override
    public void setTimeout(int millis) throws SocketException {
        wire.setTimeout(millis);
    }

    @Override
    public int getTimeout() throws SocketException {
        return wire.getTimeout();
    }

    @Override
    public void sendHeader() throws IOException {
        wire.sendHeader();
    }

    @Override
    public void initialize(AMQConnection connection) {
        wire.initialize(connection);
    }

    @Override
    public void startProcessing() {
        wire.startProcessing();
    }

    @Override
    public void finishConnectionNegotiation() {
        wire.finishConnectionNegotiation();
    }

    @Override
    public void writeFrame(Frame frame) throws IOException {
        wire.writeFrame(frame);
    }

    @Override
    public void flush(WriteListener listener) throws IOException {
        wire.flush(listener);
    }

    @Override
    public void close() {
        wire.close();
    }

    @Override
    public InetAddress getLocalAddress() {
        return wire.getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return wire.getLocalPort();
    }

    @Override
    public InetAddress getAddress() {
        return wire.getAddress();
    }

    @Override
    public int getPort() {
        return wire.getPort();
    }
}
