package ulens.gateway.rabbitmq.headers;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.FrameHandlerFactory;

import java.io.IOException;

/** The client library's factory of connections, with {@link ReadableFrames} in each of them. */
public final class ReadableFramesFactory extends ConnectionFactory {

    @Override
    protected synchronized FrameHandlerFactory createFrameHandlerFactory() throws IOException {
        FrameHandlerFactory plain = super.createFrameHandlerFactory();
        return (address, connectionName) -> new ReadableFrames(plain.create(address, connectionName));
    }
}
