package ulens.gateway.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.StrictExceptionHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Where the broker is and how to connect to it. Its text form has no credentials. */
final class BrokerAddress {

    private static final Logger LOGGER = System.getLogger(BrokerAddress.class.getName());
    private static final int HEARTBEAT_SECONDS = 10;
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int RPC_TIMEOUT_MILLIS = 10_000;
    private static final int AMQPS_PORT = 5671;
    // The most that RabbitMQ can be configured to accept. With less here, one big message would close the connection
    // again and again; turning it away is for the subscriber.
    private static final int MAX_BODY_BYTES = 512 * 1024 * 1024;

    private final ConnectionFactory factory;

    private BrokerAddress(ConnectionFactory factory) {
        this.factory = factory;
    }

    /**
     * Reads an URI as RabbitMQ's URI specification has it; an empty virtual host means "/".
     *
     * @throws IllegalArgumentException
     *             it is not such an URI; the message does not repeat it, it may hold a password
     */
    static BrokerAddress parse(String uri) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
        factory.setConnectionTimeout(CONNECT_TIMEOUT_MILLIS);
        factory.setHandshakeTimeout(CONNECT_TIMEOUT_MILLIS);
        factory.setShutdownTimeout(CONNECT_TIMEOUT_MILLIS);
        factory.setChannelRpcTimeout(RPC_TIMEOUT_MILLIS);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setMaxInboundMessageBodySize(MAX_BODY_BYTES);
        factory.setThreadFactory(Thread.ofPlatform().daemon().name("rmq-io-", 0).factory());
        factory.setSharedExecutor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rmq-dispatch-", 0).factory()));
        factory.setExceptionHandler(new QuietExceptionHandler());
        try {
            applyUri(factory, uri);
        } catch (URISyntaxException | GeneralSecurityException | RuntimeException _) {
            throw new IllegalArgumentException("not a valid AMQP URI, expected amqp://user:password@host:port/vhost");
        }
        return new BrokerAddress(factory);
    }

    private static void applyUri(ConnectionFactory factory, String text)
            throws URISyntaxException, GeneralSecurityException {
        URI uri = new URI(text);
        boolean secure = "amqps".equals(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT));
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("no host");
        }
        // Not the client's own way with amqps: it would trust every certificate.
        factory.setUri(secure ? new URI("amqp" + text.substring("amqps".length())) : uri);
        if (secure) {
            factory.setPort(uri.getPort() < 0 ? AMQPS_PORT : uri.getPort());
            factory.useSslProtocol(SSLContext.getDefault());
            factory.enableHostnameVerification();
        }
        if (factory.getVirtualHost().isEmpty()) {
            factory.setVirtualHost(ConnectionFactory.DEFAULT_VHOST);
        }
    }

    Connection connect(String connectionName) throws IOException, TimeoutException {
        return factory.newConnection(connectionName);
    }

    @Override
    public String toString() {
        String vhost = factory.getVirtualHost();
        return factory.getHost() + ":" + factory.getPort() + (vhost.startsWith("/") ? vhost : "/" + vhost);
    }

    /** The link reports lost connections itself, in one line; the client's stack traces say no more. */
    private static final class QuietExceptionHandler extends StrictExceptionHandler {

        @Override
        protected void log(String message, Throwable e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] " + message + ": " + Problems.inWords(e));
        }

        @Override
        protected void handleChannelKiller(Channel channel, Throwable exception, String what, String closeMessage) {
            LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] Callback failed, closing its channel: " + what, exception);
            super.handleChannelKiller(channel, exception, what, "internal error");
        }
    }
}
