package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.StrictExceptionHandler;
import ulens.gateway.rabbitmq.headers.ReadableFramesFactory;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** The address of the broker, and how to connect to it. Its text form has no credentials. */
public final class BrokerAddress {

    private static final Logger LOGGER = System.getLogger(BrokerAddress.class.getName());
    private static final int HEARTBEAT_SECONDS = 10;
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int RPC_TIMEOUT_MILLIS = 10_000;
    private static final int AMQPS_PORT = 5671;
    private static final int LARGEST_PORT = 65_535;
    // The most that RabbitMQ can be configured to accept. With less here, one big message would close the connection
    // again and again; refusing it is up to the subscriber. The client accepts messages that are smaller than this.
    private static final int MAX_BODY_BYTES = 512 * 1024 * 1024 + 1;

    private static final Pattern URI = Pattern.compile("(?i)(amqps?)://(?:([^:/?@]*)(?::([^/?@]*))?@)?"
            + "(?:\\[([0-9a-f:.%]+)]|([^:/?@,\\[\\]\\s]+))(?::(\\d{1,5}))?(?:/([^/?]*))?(?:\\?(.*))?");

    private final List<ConnectionFactory> brokers;
    // The member that answered last.
    private final AtomicInteger current = new AtomicInteger();

    private BrokerAddress(List<ConnectionFactory> brokers) {
        this.brokers = brokers;
    }

    /**
     * Reads the URI of one broker.
     *
     * @param uri
     *            the URI
     *
     * @return its address
     *
     * @throws IllegalArgumentException
     *             it is no such URI; the message does not repeat it, since it may hold a password
     */
    public static BrokerAddress parse(String uri) {
        return parse(List.of(uri));
    }

    /**
     * Reads URIs of the members of a cluster by RabbitMQ's URI specification, which is extended by underscores in host
     * names; an empty virtual host means "/".
     *
     * @param uris
     *            at least one
     *
     * @return their address
     *
     * @throws IllegalArgumentException
     *             one is no such URI; the message does not repeat it, since it may hold a password
     */
    public static BrokerAddress parse(List<String> uris) {
        if (uris.isEmpty()) {
            throw new IllegalArgumentException("no AMQP URI");
        }
        return new BrokerAddress(uris.stream().map(BrokerAddress::factory).toList());
    }

    private static ConnectionFactory factory(String uri) {
        ConnectionFactory factory = new ReadableFramesFactory();
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
            apply(factory, uri);
        } catch (GeneralSecurityException | RuntimeException _) {
            throw new IllegalArgumentException("not a valid AMQP URI, expected amqp://user:password@host:port/vhost");
        }
        return factory;
    }

    private static void apply(ConnectionFactory factory, String uri) throws GeneralSecurityException {
        Matcher parts = URI.matcher(uri);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an AMQP URI");
        }
        boolean secure = parts.group(1).equalsIgnoreCase("amqps");
        factory.setHost(parts.group(4) == null ? parts.group(5) : parts.group(4));
        factory.setPort(parts.group(6) != null ? Integer.parseInt(parts.group(6))
                : secure ? AMQPS_PORT : ConnectionFactory.DEFAULT_AMQP_PORT);
        if (factory.getPort() < 1 || factory.getPort() > LARGEST_PORT) {
            throw new IllegalArgumentException("no port");
        }
        if (parts.group(2) != null) {
            factory.setUsername(decoded(parts.group(2)));
        }
        if (parts.group(3) != null) {
            factory.setPassword(decoded(parts.group(3)));
        }
        if (parts.group(7) != null && !parts.group(7).isEmpty()) {
            factory.setVirtualHost(decoded(parts.group(7)));
        }
        for (String parameter : parts.group(8) == null ? new String[0] : parts.group(8).split("&")) {
            apply(factory, parameter.substring(0, parameter.indexOf('=') + 1),
                    parameter.substring(parameter.indexOf('=') + 1));
        }
        if (secure) {
            // The client's own support of amqps would trust every certificate.
            factory.useSslProtocol(SSLContext.getDefault());
            factory.enableHostnameVerification();
        }
    }

    private static void apply(ConnectionFactory factory, String parameter, String value) {
        switch (parameter) {
            case "heartbeat=" -> factory.setRequestedHeartbeat(Integer.parseInt(value));
            case "connection_timeout=" -> factory.setConnectionTimeout(Integer.parseInt(value));
            case "channel_max=", "channelMax=" -> factory.setRequestedChannelMax(Integer.parseInt(value));
            case "frame_max=", "frameMax=" -> factory.setRequestedFrameMax(Integer.parseInt(value));
            default -> {
                // Parameters of other clients have no meaning here.
            }
        }
    }

    private static String decoded(String text) {
        // In this part of a URI a plus stands for itself, not for a blank.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Connects to the member that answered last, otherwise to the next one that answers. */
    Connection connect(String connectionName) throws IOException, TimeoutException {
        for (int tried = 1;; tried++) {
            int index = Math.floorMod(current.get(), brokers.size());
            try {
                return brokers.get(index).newConnection(connectionName);
            } catch (IOException | TimeoutException | RuntimeException failure) {
                current.compareAndSet(index, index + 1);
                if (tried >= brokers.size()) {
                    throw failure;
                }
                LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] " + text(brokers.get(index)) + ": "
                        + Failures.inWords(failure) + "; trying the next");
            }
        }
    }

    @Override
    public String toString() {
        return brokers.stream().map(BrokerAddress::text).collect(Collectors.joining(","));
    }

    private static String text(ConnectionFactory factory) {
        String vhost = factory.getVirtualHost();
        String host = factory.getHost().contains(":") ? "[" + factory.getHost() + "]" : factory.getHost();
        return host + ":" + factory.getPort() + (vhost.startsWith("/") ? vhost : "/" + vhost);
    }

    /** The connection reports its loss itself, in one line; the client's stack traces say no more. */
    private static final class QuietExceptionHandler extends StrictExceptionHandler {

        @Override
        protected void log(String message, Throwable e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] " + message + ": " + Failures.inWords(e));
        }

        @Override
        protected void handleChannelKiller(Channel channel, Throwable exception, String what, String closeMessage) {
            LOGGER.log(Level.ERROR, "[GATEWAY][RMQ] Callback failed, closing its channel: " + what, exception);
            super.handleChannelKiller(channel, exception, what, "internal error");
        }
    }
}
