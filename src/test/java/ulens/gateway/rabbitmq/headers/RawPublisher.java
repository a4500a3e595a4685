package ulens.gateway.rabbitmq.headers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;

/** Publishes with properties as bytes, so that the broker gets what the client library would not write. */
public final class RawPublisher implements AutoCloseable {

    private final ConnectionFactory factory = new SubstitutingFactory();
    private volatile byte[] properties;
    private Connection connection;
    private Channel channel;

    /**
     * A publisher that connects when it is used.
     *
     * @param url
     *            of the broker
     */
    public RawPublisher(String url) throws Exception {
        factory.setUri(url);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setExceptionHandler(new ForgivingExceptionHandler() {
            @Override
            protected void log(String message, Throwable e) {
                // a broker that refuses is an outcome here
            }
        });
    }

    /**
     * Publishes and waits for the confirm.
     *
     * @return whether the broker took it; false if it ended the connection or the channel instead
     */
    public boolean publish(String exchange, String routingKey, byte[] rawProperties, byte[] body) throws Exception {
        if (channel == null || !channel.isOpen()) {
            close();
            connection = factory.newConnection("raw");
            channel = connection.createChannel();
            channel.confirmSelect();
        }
        properties = rawProperties;
        try {
            channel.basicPublish(exchange, routingKey, null, body);
            return channel.waitForConfirms(20_000);
        } catch (IOException | ShutdownSignalException _) {
            return false;
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.abort();
        }
    }

    private final class SubstitutingFactory extends ConnectionFactory {
        @Override
        protected synchronized FrameHandlerFactory createFrameHandlerFactory() throws IOException {
            FrameHandlerFactory plain = super.createFrameHandlerFactory();
            return (address, name) -> substituting(plain.create(address, name));
        }
    }

    private FrameHandler substituting(FrameHandler wire) {
        return (FrameHandler) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { FrameHandler.class },
                (_, method, arguments) -> {
                    Object[] given = arguments;
                    if (method.getName().equals("writeFrame") && ((Frame) given[0]).getType() == AMQP.FRAME_HEADER) {
                        given = new Object[] { substituted((Frame) given[0]) };
                    }
                    try {
                        return method.invoke(wire, given);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    /** Class, weight and body size stay. */
    private Frame substituted(Frame frame) throws IOException {
        java.io.ByteArrayOutputStream written = new java.io.ByteArrayOutputStream();
        frame.writeTo(new java.io.DataOutputStream(written));
        ByteBuffer payload = ByteBuffer.allocate(HeaderScan.FLAGS + properties.length)
                .put(written.toByteArray(), 7, HeaderScan.FLAGS).put(properties).flip();
        return new Frame(AMQP.FRAME_HEADER, frame.getChannel(), payload);
    }
}
