package ulens.gateway.rabbitmq;

import io.helidon.messaging.MessagingException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorFactory;

/**
 * The attributes of one channel, read from its configuration and checked.
 *
 * @param config
 *            configuration of the channel, including its name
 */
record ChannelAttributes(Config config) {

    static final String QUEUE = "queue";
    static final String PREFETCH = "prefetch";
    static final String MAX_UNCONFIRMED = "max-unconfirmed";
    static final int DEFAULT_PREFETCH = 500;

    private static final int MAX_PREFETCH = 65_535;

    String name() {
        return config.getValue(ConnectorFactory.CHANNEL_NAME_ATTRIBUTE, String.class);
    }

    String queue() {
        return config.getOptionalValue(QUEUE, String.class).orElseThrow(
                () -> new MessagingException("Incoming channel " + name() + " needs attribute \"" + QUEUE + "\""));
    }

    int prefetch() {
        return number(PREFETCH, DEFAULT_PREFETCH, MAX_PREFETCH);
    }

    int maxUnconfirmed(int byDefault) {
        return number(MAX_UNCONFIRMED, byDefault, Integer.MAX_VALUE);
    }

    private int number(String attribute, int byDefault, int max) {
        int value = config.getOptionalValue(attribute, Integer.class).orElse(byDefault);
        if (value < 1 || value > max) {
            throw new MessagingException(
                    "Channel " + name() + ": \"" + attribute + "\" must be 1 to " + max + ", is " + value);
        }
        return value;
    }
}
